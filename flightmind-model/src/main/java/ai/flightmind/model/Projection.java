package ai.flightmind.model;

import ai.flightmind.model.lora.LowRank;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/** x · Wᵀ with what an adapter adds to it, and the way back. Rows of x are (R, in), in the numbers of products. */
final class Projection {
    private final Tensor weight; // (out, in)
    private final LoweredWeights lowered;
    private final @Nullable LowRank beside;

    Projection(Weights weights, LoweredWeights lowered, String name) {
        this.weight = weights.get(name);
        this.lowered = lowered;
        this.beside = weights.beside(name);
    }

    /** y = x · Wᵀ, (R, out). */
    void forward(Tensor x, Tensor y) {
        Product.write(y, x, lowered.factor(weight).t());
        if (beside != null) {
            addBeside(x, y, beside);
        }
    }

    /** y = residual + x · Wᵀ, (R, out), float32. */
    void forward(Tensor x, Tensor residual, Tensor y) {
        Product.addTo(y, residual, x, lowered.factor(weight).t());
        if (beside != null) {
            addBeside(x, y, beside);
        }
    }

    private void addBeside(Tensor x, Tensor y, LowRank pair) {
        Tensor down = x.mm(lowered.factor(pair.a()).t());
        Product.sum(y, down, lowered.factor(pair.b()).t(), true, pair.scale());
    }

    /**
     * Adds to the gradients of the weights.
     *
     * @param yGrad (R, out), in the numbers of products
     * @return the gradient of x, (R, in), in the numbers of products
     */
    Tensor backward(Tensor x, Tensor yGrad, GradientSums sums) {
        sums.addProduct(weight, yGrad.t(), x, 1);
        Tensor xGrad = Product.of(yGrad, lowered.factor(weight));
        if (beside != null) {
            Tensor down = x.mm(lowered.factor(beside.a()).t());
            Tensor downGrad = yGrad.mm(lowered.factor(beside.b()));
            sums.addProduct(beside.b(), yGrad.t(), down, beside.scale());
            sums.addProduct(beside.a(), downGrad.t(), x, beside.scale());
            Product.sum(xGrad, downGrad, lowered.factor(beside.a()), true, beside.scale());
        }
        return xGrad;
    }
}

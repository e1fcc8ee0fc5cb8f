package ai.flightmind.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** RMSNorm (Zhang and Sennrich, 2019) of rows (R, C), and the way back. */
final class NormPass {
    private static final double EUCLIDEAN = 2;

    private final Tensor weight;
    private final Tensor values; // (C)
    private final Tensor scale; // (R, 1): 1 over the rows' root mean squares
    private final Tensor normed; // (R, C), in the numbers of products
    private final Tensor ones; // (R)

    NormPass(Weights weights, LoweredWeights lowered, String name, long rows, Workspace memory) {
        this.weight = weights.get(name);
        this.values = lowered.full(weight);
        this.scale = memory.full(rows, 1);
        this.normed = memory.lowered(rows, weight.size(0));
        this.ones = memory.filled(1, rows);
    }

    /** What {@link #forward} gave last. */
    Tensor normed() {
        return normed;
    }

    /** x is (R, C), float32; good until the next call. */
    Tensor forward(Tensor x) {
        torch.linalg_vector_norm_out(scale, x, new Scalar(EUCLIDEAN), new long[] {1}, true, new ScalarTypeOptional());
        scale.square_()
                .div_(new Scalar((double) x.size(1)))
                .add_(new Scalar(GptConfig.NORM_EPSILON))
                .rsqrt_();
        if (Compute.alike(normed, x)) {
            return torch.mul_out(normed, x, scale).mul_(values);
        }
        return normed.copy_(x.mul(scale).mul_(values));
    }

    /**
     * Adds to the gradient of the weight, and to that of x.
     *
     * @param grad (R, C), float32: with respect to what was given forward; used up
     * @param x what was taken forward
     * @param xGrad (R, C), float32
     */
    void backward(Tensor grad, Tensor x, Tensor xGrad, GradientSums sums) {
        Tensor unit = x.mul(scale);
        Tensor both = grad.mul(unit);
        sums.addVector(weight, both.t(), ones);
        Tensor alongRow = both.mv(values).div_(new Scalar((double) x.size(1))).unsqueeze(1);
        grad.mul_(values).sub_(unit.mul_(alongRow));
        xGrad.add_(grad.mul_(scale));
    }
}

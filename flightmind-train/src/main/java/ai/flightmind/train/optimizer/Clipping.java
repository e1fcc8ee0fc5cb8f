package ai.flightmind.train.optimizer;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * How gradients become an update, decided on their device: whoever enqueues it need not wait to see them. Its tensors
 * belong to the scope that it was made in.
 *
 * @param divisor what each gradient is divided by; a float32 scalar
 * @param applied 1, or 0 where weights, moments and step counts are to stay as they are; a float32 scalar
 */
public record Clipping(Tensor divisor, Tensor applied) {
    /** As in PyTorch's clip_grad_norm_, so that a norm of 0 divides well. */
    private static final double EPSILON = 1e-6;

    /**
     * Gradients of this norm are scaled down, so that it is at most {@code maxNorm}; where it or the loss is not a finite
     * number there is no update.
     *
     * @param loss a scalar
     * @param norm of all gradients together; a float32 scalar
     * @param maxNorm infinity for no clipping
     */
    public static Clipping of(Tensor loss, Tensor norm, double maxNorm) {
        Tensor above = norm.add(new Scalar(EPSILON)).div(new Scalar(maxNorm));
        Tensor zeroIfFinite = loss.sub(loss).add(norm.sub(norm)); // else NaN
        return new Clipping(
                above.clamp_min(new Scalar(1.0)),
                zeroIfFinite.eq(new Scalar(0.0)).to(ScalarType.Float));
    }

    /** 1 where there is to be no update, else 0, as the fused kernel asks for it. */
    Tensor leftOut() {
        return applied.eq(new Scalar(0.0)).to(ScalarType.Float);
    }
}

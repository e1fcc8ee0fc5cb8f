package ai.flightmind.model.lora;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/**
 * What an adapter has beside one weight W (out, in).
 *
 * @param a (rank, in), float32
 * @param b (out, rank), float32
 * @param scale of their product
 */
public record LowRank(Tensor a, Tensor b, double scale) {
    /** W + scale·B·A: (out, in), float32, a new tensor. */
    public Tensor mergedInto(Tensor weight) {
        return weight.detach().addmm(b.detach(), a.detach(), new Scalar(1.0), new Scalar(scale));
    }
}

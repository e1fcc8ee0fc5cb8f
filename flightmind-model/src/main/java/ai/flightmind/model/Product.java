package ai.flightmind.model;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Products of matrices into tensors that are there already. Where the result is float32 and the factors are bfloat16, the
 * product is bfloat16 first, as libtorch's CPU kernels give it.
 */
final class Product {
    private Product() {}

    /** result = a · b. */
    static void write(Tensor result, Tensor a, Tensor b) {
        if (result.scalar_type() == a.scalar_type()) {
            torch.mm_out(result, a, b);
        } else {
            result.copy_(a.mm(b));
        }
    }

    /** result += scale · a · b. */
    static void add(Tensor result, Tensor a, Tensor b, double scale) {
        if (result.scalar_type() == a.scalar_type()) {
            result.addmm_(a, b, new Scalar(1.0), new Scalar(scale));
        } else {
            result.add_(a.mm(b), new Scalar(scale));
        }
    }

    /** result = start + a · b, both float32. */
    static void addTo(Tensor result, Tensor start, Tensor a, Tensor b) {
        if (start.scalar_type() == a.scalar_type()) {
            torch.addmm_out(result, start, a, b);
        } else {
            torch.add_out(result, start, a.mm(b));
        }
    }
}

package ai.flightmind.model;

import java.util.Optional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * Products of matrices, most of them into tensors that are there already. Where the result is float32 and the factors are
 * bfloat16, the product is bfloat16 first, as libtorch's CPU kernels give it.
 */
final class Product {
    private static final Optional<OneDnnLinear> ONE_DNN = OneDnnLinear.find();

    private Product() {}

    /** a · b, in new memory. */
    static Tensor of(Tensor a, Tensor b) {
        if (ONE_DNN.isEmpty() || a.is_cuda() || a.scalar_type().intern() != ScalarType.Float) {
            return a.mm(b);
        }
        return ONE_DNN.get().of(a, b.t());
    }

    /** result = a · b. */
    static void write(Tensor result, Tensor a, Tensor b) {
        sum(result, a, b, false, 1);
    }

    /** result = scale · a · b, or that added to what there is. */
    static void sum(Tensor result, Tensor a, Tensor b, boolean adds, double scale) {
        if (Compute.alike(result, a)) {
            result.addmm_(a, b, new Scalar(adds ? 1.0 : 0.0), new Scalar(scale));
        } else if (adds) {
            result.add_(a.mm(b), new Scalar(scale));
        } else {
            result.copy_(a.mm(b));
            if (scale != 1) {
                result.mul_(new Scalar(scale));
            }
        }
    }

    /** result = start + a · b, both float32. */
    static void addTo(Tensor result, Tensor start, Tensor a, Tensor b) {
        if (Compute.alike(start, a)) {
            torch.addmm_out(result, start, a, b);
        } else {
            torch.add_out(result, start, a.mm(b));
        }
    }
}

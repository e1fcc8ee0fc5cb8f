package ai.flightmind.model;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** The casts of mixed precision, in one place: what PyTorch's autocast does, but visible. */
record Compute(Precision precision, boolean onCuda) {
    /** To the numbers that matrices are multiplied in. */
    Tensor lower(Tensor x) {
        return precision == Precision.FP32 ? x : x.to(precision.ofProducts());
    }

    /** To the numbers that attention runs in: on the CPU libtorch's bfloat16 kernel is ten times slower. */
    Tensor forAttention(Tensor x) {
        return x.to(ofAttention());
    }

    ScalarType ofAttention() {
        return onCuda ? precision.ofProducts() : ScalarType.Float;
    }

    /** To float32, where sums and softmaxes are taken. */
    static Tensor full(Tensor x) {
        return x.scalar_type().intern() == ScalarType.Float ? x : x.to(ScalarType.Float);
    }

    /** Whether two are of one dtype. */
    static boolean alike(Tensor a, Tensor b) {
        return a.scalar_type().intern() == b.scalar_type().intern();
    }

    /** x · Wᵀ: (…, in) and (out, in) give (…, out). */
    Tensor linear(Tensor x, Tensor weight) {
        if (precision == Precision.FP32 && !onCuda && x.numel() == weight.size(1)) {
            return ofOneRow(x, weight);
        }
        return torch.linear(x, lower(weight));
    }

    /** As OpenBLAS's matrix-vector product, which reads the weight three times as fast as its product of matrices. */
    private static Tensor ofOneRow(Tensor x, Tensor weight) {
        long[] shape = x.sizes().vec().get();
        shape[shape.length - 1] = weight.size(0);
        return weight.mv(x.view(-1)).view(shape);
    }
}

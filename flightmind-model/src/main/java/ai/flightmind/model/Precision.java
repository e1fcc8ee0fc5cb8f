package ai.flightmind.model;

import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * In what numbers the matrices are multiplied. Weights, gradients, the residual stream, normalisation, the softmax of
 * the loss and the optimizer are float32 in both.
 */
public enum Precision {
    /** Everything in float32. */
    FP32(ScalarType.Float, Float.BYTES),
    /**
     * Mixed precision as PyTorch's autocast does it: linear layers, and attention on CUDA, in bfloat16. Attention on
     * the CPU stays in float32, where libtorch's bfloat16 kernel is ten times slower.
     */
    BF16(ScalarType.BFloat16, Short.BYTES);

    private final ScalarType ofProducts;
    private final int bytes;

    Precision(ScalarType ofProducts, int bytes) {
        this.ofProducts = ofProducts;
        this.bytes = bytes;
    }

    ScalarType ofProducts() {
        return ofProducts;
    }

    /** Of a number that goes into products. */
    int bytes() {
        return bytes;
    }

    /** What a device is fastest with: bfloat16 on CUDA, float32 on the CPU. */
    public static Precision defaultFor(Device device) {
        return device.isCuda() ? BF16 : FP32;
    }
}

package ai.flightmind.model;

/**
 * In what numbers the matrices are multiplied. Weights, gradients, the residual stream, normalisation, the softmax of
 * the loss and the optimizer are float32 in both.
 */
public enum Precision {
    /** Everything in float32. */
    FP32,
    /**
     * Mixed precision as PyTorch's autocast does it: linear layers, and attention on CUDA, in bfloat16. Attention on
     * the CPU stays in float32, where libtorch's bfloat16 kernel is ten times slower.
     */
    BF16;

    /** What a device is fastest with: bfloat16 on CUDA, float32 on the CPU. */
    public static Precision defaultFor(Device device) {
        return device.isCuda() ? BF16 : FP32;
    }
}

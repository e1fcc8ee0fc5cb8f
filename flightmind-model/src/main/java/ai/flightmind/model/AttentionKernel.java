package ai.flightmind.model;

/** What computes attention. All but the first are libtorch's, which chooses by dtype, shapes and hardware. */
public enum AttentionKernel {
    /** Plain matrix products over the whole (T, T) scores of a head: ours, for short rows on the CPU. */
    PRODUCTS,
    /** FlashAttention (Dao, 2023), block by block; on CUDA for bfloat16, from compute capability 8.0 on. */
    FLASH,
    /** The memory-efficient kernel, also block by block; slower than flash, but for float32 and older GPUs, too. */
    EFFICIENT,
    /** cuDNN's, block by block. */
    CUDNN,
    /** The fallback: (T, T) scores of every head, kept for the backward pass. Many times slower on a GPU. */
    MATH;

    /** From libtorch's number for it, {@code at::SDPBackend}. */
    static AttentionKernel ofLibtorch(long number) {
        return switch ((int) number) {
            case 1 -> FLASH;
            case 2 -> EFFICIENT;
            case 3 -> CUDNN;
            default -> MATH;
        };
    }
}

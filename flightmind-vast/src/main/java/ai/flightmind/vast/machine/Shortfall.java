package ai.flightmind.vast.machine;

/**
 * Something that a machine has less of than was promised.
 *
 * @param kind what it is about
 * @param message what was promised, what is there, and what it means
 */
public record Shortfall(Kind kind, String message) {
    /** What falls short. */
    public enum Kind {
        GPU_COUNT,
        GPU_TYPE,
        GPU_MEMORY,
        NVLINK,
        DRIVER,
        DISK,
        CLOCK,
        CUDA_LIBRARIES
    }

    @Override
    public String toString() {
        return message;
    }
}

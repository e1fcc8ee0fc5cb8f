package ai.flightmind.vast.bucket;

/**
 * How far a transfer is. It never goes back: what is sent again after a failure counts once.
 *
 * @param doneBytes those that were there from an earlier call included
 */
public record TransferProgress(String key, long doneBytes, long totalBytes) {
    /** From 0 to 1. */
    public double share() {
        return totalBytes == 0 ? 1 : (double) doneBytes / totalBytes;
    }
}

package ai.flightmind.vast.bucket;

import java.time.Duration;

/**
 * A file that went up or came down.
 *
 * @param key below the bucket's prefix
 * @param sizeBytes of the file
 * @param movedBytes of this call: less than the size if it went on where an earlier one was interrupted, 0 if the same file was there
 * @param sha256 of the file, in hex
 * @param verified whether it was compared: always after an upload; after a download unless the object names neither its
 *     SHA-256 nor its MD5, as one that another program uploaded in parts, where only the size was
 * @param took hashing included
 */
public record Transfer(String key, long sizeBytes, long movedBytes, String sha256, boolean verified, Duration took) {
    /** What moved, by the time it took; 0 if nothing did. */
    public double megabytesPerSecond() {
        return took.isZero() ? 0 : movedBytes / 1e6 / (took.toNanos() / 1e9);
    }
}

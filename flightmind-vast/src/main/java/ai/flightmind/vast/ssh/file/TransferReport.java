package ai.flightmind.vast.ssh.file;

import java.time.Duration;
import java.util.List;

/**
 * What a transfer did.
 *
 * @param bytes of the file, or of the tree's compressed stream
 * @param sentBytes over the line; less than {@code bytes} after a resumption, 0 if it was there already
 * @param attempts 1 if the line never broke
 * @param sha256 of the file or of the stream, in hexadecimal; the same on both sides
 * @param skipped what a tree holds but was not taken, with the reason: links that lead outside, devices
 */
public record TransferReport(
        long bytes, long sentBytes, int attempts, String sha256, List<String> skipped, Duration took) {
    public TransferReport {
        skipped = List.copyOf(skipped);
    }
}

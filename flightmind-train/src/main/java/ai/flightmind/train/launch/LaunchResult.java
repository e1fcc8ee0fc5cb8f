package ai.flightmind.train.launch;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;

/**
 * How a launch that did not fail ended.
 *
 * @param attempts how often the ranks were started, at least 1 unless it was stopped before
 * @param failures what ended the attempts before the last, in order; node 0 knows those of all nodes, another node those
 *     that it saw
 * @param stopped whether it ended because a launcher was asked to stop, not because the program was done
 * @param logDirectory of this launch on this node; a directory per attempt is in it
 * @param elapsed from the first start to the last end
 */
public record LaunchResult(int attempts, List<Failure> failures, boolean stopped, Path logDirectory, Duration elapsed) {
    public LaunchResult {
        failures = List.copyOf(failures);
    }

    /**
     * What ended an attempt.
     *
     * @param attempt counted from 0
     * @param node where it was
     * @param rank which failed first; empty if the node as a whole was lost
     * @param cause in words, with the rank's process id and the place of its log
     */
    public record Failure(int attempt, int node, OptionalInt rank, String cause) {}
}

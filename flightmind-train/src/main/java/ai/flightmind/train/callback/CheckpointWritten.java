package ai.flightmind.train.callback;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A checkpoint that is complete on disk.
 *
 * @param file where it is
 * @param step the last step it holds
 * @param bytes its size
 * @param duration how long copying it out and writing it took
 */
public record CheckpointWritten(Path file, long step, long bytes, Duration duration) {}

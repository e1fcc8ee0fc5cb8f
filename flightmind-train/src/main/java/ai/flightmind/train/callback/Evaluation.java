package ai.flightmind.train.callback;

import java.time.Duration;

/**
 * A finished evaluation.
 *
 * @param step the step after which it was made
 * @param loss the mean cross-entropy over the targets of the fixed validation sequences, in nats
 * @param best whether it is the lowest so far
 * @param sequences how many were read
 * @param duration how long it took
 */
public record Evaluation(long step, double loss, boolean best, long sequences, Duration duration) {}

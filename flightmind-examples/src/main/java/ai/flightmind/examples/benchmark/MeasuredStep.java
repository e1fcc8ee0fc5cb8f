package ai.flightmind.examples.benchmark;

import ai.flightmind.train.callback.Step;

/**
 * A step, and what lay between it and the one before, such as copying a checkpoint out.
 *
 * @param beginNanos when the one before was told of, on {@link System#nanoTime}'s clock
 * @param endNanos when this one was told of
 */
record MeasuredStep(Step step, long beginNanos, long endNanos) {
    long periodNanos() {
        return endNanos - beginNanos;
    }

    long gapNanos() {
        return periodNanos() - step.duration().toNanos();
    }
}

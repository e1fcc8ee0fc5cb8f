/**
 * What a run measured, read back: the {@code metrics.jsonl} of a run, in one piece or in those that its processes left,
 * goes in, and {@link ai.flightmind.train.metrics.RunMetrics}, each step once, comes out. {@link
 * ai.flightmind.train.metrics.CostMeter} says what a run has cost while it trains. The lines are written by {@link
 * ai.flightmind.train.callback.MetricsFile}.
 */
@NullMarked
package ai.flightmind.train.metrics;

import org.jspecify.annotations.NullMarked;

/**
 * What {@link ai.flightmind.examples.Benchmark} measures. A {@link ai.flightmind.examples.benchmark.Setup} goes in, {@link
 * ai.flightmind.examples.benchmark.Figures} come out, as text or JSON; start at {@link
 * ai.flightmind.examples.benchmark.Measurement}. Side by side with others: {@code compare}.
 */
@NullMarked
package ai.flightmind.examples.benchmark;

import org.jspecify.annotations.NullMarked;

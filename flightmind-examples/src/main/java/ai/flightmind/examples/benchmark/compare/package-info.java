/**
 * The benchmark side by side: {@link ai.flightmind.examples.benchmark.compare.Variant}s of it go in, each round of which is
 * a process of its own, and one {@link ai.flightmind.examples.benchmark.compare.Comparison} comes out.
 */
@NullMarked
package ai.flightmind.examples.benchmark.compare;

import org.jspecify.annotations.NullMarked;

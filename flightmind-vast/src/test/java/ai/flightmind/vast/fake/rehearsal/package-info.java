/**
 * The cloud of a rehearsal: the fake marketplace with offers that satisfy a plan's query, and pretend machines behind them.
 * {@link ai.flightmind.vast.fake.rehearsal.PretendCloud} is found by {@code TrainingRun.rehearse} as a service; a test
 * opens it itself, to break what it likes.
 */
@NullMarked
package ai.flightmind.vast.fake.rehearsal;

import org.jspecify.annotations.NullMarked;

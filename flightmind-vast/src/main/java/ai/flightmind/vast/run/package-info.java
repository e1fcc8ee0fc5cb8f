/**
 * One run, from an offer to a destroyed instance: a {@link ai.flightmind.vast.plan.RunPlan} goes in, checkpoints, logs and a
 * report come out. Start at {@link ai.flightmind.vast.run.Runs}, which starts, attaches to
 * and rehearses runs.
 */
@NullMarked
package ai.flightmind.vast.run;

import org.jspecify.annotations.NullMarked;

/**
 * What happened in a run besides its numbers: when its processes began and ended, what they were set to and ran on, which
 * checkpoints they wrote, what the model wrote, what went wrong. {@link ai.flightmind.train.history.RunLog} writes it beside the
 * metrics, {@link ai.flightmind.train.history.RunHistory} reads it back.
 */
@NullMarked
package ai.flightmind.train.history;

import org.jspecify.annotations.NullMarked;

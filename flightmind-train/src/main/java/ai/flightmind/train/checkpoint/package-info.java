/**
 * Checkpoints that lose nothing. {@link ai.flightmind.train.checkpoint.Checkpoints} says where and how often, {@link
 * ai.flightmind.train.checkpoint.Resume} from which to go on. {@link ai.flightmind.train.checkpoint.CheckpointStore}
 * keeps the directory: files appear whole or not at all, and the newest sound one is found again. A {@link
 * ai.flightmind.train.checkpoint.Snapshot} is what it writes, copied out by a {@link
 * ai.flightmind.train.checkpoint.Staging} so that training need not wait. {@link
 * ai.flightmind.train.checkpoint.CheckpointReader} reads one, ours or the original's: a dictionary of the original, with what the
 * original forgets in an entry of its own.
 */
@NullMarked
package ai.flightmind.train.checkpoint;

import org.jspecify.annotations.NullMarked;

/**
 * Data-parallel training over several processes, with libtorch's own c10d. {@link ai.flightmind.train.distributed.Ddp}
 * says which rank this process is and comes from the environment; connecting it gives a {@link
 * ai.flightmind.train.distributed.World}, in which ranks add up, agree, and average gradients through a {@link
 * ai.flightmind.train.distributed.GradientReducer} while the backward pass still runs. A process alone is a world of
 * its own, in which all of that costs nothing. {@link ai.flightmind.train.distributed.Launch} starts the ranks.
 */
@NullMarked
package ai.flightmind.train.distributed;

import org.jspecify.annotations.NullMarked;

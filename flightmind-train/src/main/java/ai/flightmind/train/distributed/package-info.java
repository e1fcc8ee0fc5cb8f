/** Training on several processes; {@link ai.flightmind.train.distributed.Launch} starts them from a command line. */
@NullMarked
package ai.flightmind.train.distributed;

import org.jspecify.annotations.NullMarked;

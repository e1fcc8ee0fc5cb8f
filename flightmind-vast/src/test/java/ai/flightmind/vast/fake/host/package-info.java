/**
 * Machines of the fake marketplace that are directories and processes of this one: {@link
 * ai.flightmind.vast.fake.host.PretendHost} lets in by real SSH, runs real commands, and ends all of them when its instance
 * is stopped. A few commands stand in for what is not here, such as {@code nvidia-smi}.
 */
@NullMarked
package ai.flightmind.vast.fake.host;

import org.jspecify.annotations.NullMarked;

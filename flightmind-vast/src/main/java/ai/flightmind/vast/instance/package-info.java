/**
 * Machines as values: an {@link ai.flightmind.vast.instance.InstanceSpec} says what to run, an {@link
 * ai.flightmind.vast.instance.Instance} is what the service tells of it. The calls are in {@code
 * ai.flightmind.vast.rental}.
 */
@NullMarked
package ai.flightmind.vast.instance;

import org.jspecify.annotations.NullMarked;

/**
 * What can go wrong with the service, as one sealed tree: {@link ai.flightmind.vast.error.VastException} and its kinds.
 * Wrong arguments are {@link java.lang.IllegalArgumentException}s that name the argument.
 */
@NullMarked
package ai.flightmind.vast.error;

import org.jspecify.annotations.NullMarked;

/**
 * What outlives a container: {@link ai.flightmind.vast.storage.Volumes}, and {@link ai.flightmind.vast.storage.Copies}
 * between instances, buckets and images.
 */
@NullMarked
package ai.flightmind.vast.storage;

import org.jspecify.annotations.NullMarked;

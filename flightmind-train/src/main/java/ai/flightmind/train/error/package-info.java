/**
 * What can go wrong in training, as one sealed tree: {@link ai.flightmind.train.error.TrainingException} and its kinds.
 * Wrong arguments are {@link java.lang.IllegalArgumentException}s that name the argument.
 */
@NullMarked
package ai.flightmind.train.error;

import org.jspecify.annotations.NullMarked;

/**
 * What can go wrong below a model, as one sealed tree: {@link ai.flightmind.model.error.ModelException} and its kinds.
 * Wrong arguments are not here; they are {@link java.lang.IllegalArgumentException}s that name the argument.
 */
@NullMarked
package ai.flightmind.model.error;

import org.jspecify.annotations.NullMarked;

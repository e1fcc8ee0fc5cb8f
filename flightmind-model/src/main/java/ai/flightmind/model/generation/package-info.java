/**
 * Text from a trained model. Start at {@link ai.flightmind.model.generation.Generator}: a prompt and a {@link
 * ai.flightmind.model.generation.Generation}, which says how to continue it, go in; a {@link
 * ai.flightmind.model.generation.Completion} comes out, whole or piece by piece as a {@link
 * ai.flightmind.model.generation.TextStream}.
 */
@NullMarked
package ai.flightmind.model.generation;

import org.jspecify.annotations.NullMarked;

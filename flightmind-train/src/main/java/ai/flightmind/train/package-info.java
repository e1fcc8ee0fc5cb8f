/**
 * The trainer: a model and token files go in, a trained model and exact checkpoints come out.
 *
 * <p>Start at {@link ai.flightmind.train.Trainer#builder()}; the loop itself is {@code TrainingLoop}. Data flows one way:
 * {@code data} gives rows, the model gives gradients, {@code distributed} averages them over ranks, {@code optimizer}
 * applies them, {@code checkpoint} saves the result, {@code callback} tells of it, and {@code error} says what went
 * wrong. {@code launch} starts the ranks.
 */
@NullMarked
package ai.flightmind.train;

import org.jspecify.annotations.NullMarked;

/**
 * From gradients to new weights: {@link ai.flightmind.train.optimizer.Gradients} measures and clips them, {@link
 * ai.flightmind.train.optimizer.AdamW} applies them. Both run over all tensors at once, in libtorch's fused kernels.
 */
@NullMarked
package ai.flightmind.train.optimizer;

import org.jspecify.annotations.NullMarked;

/**
 * The GPT of FlightMind: a decoder with RMSNorm, rotary positions, SwiGLU and a tied embedding, whose every dimension
 * follows from its depth.
 *
 * <p>Start at {@link ai.flightmind.model.GptConfig#ofDepth(int)}, which tells sizes and costs before anything is
 * allocated, then {@link ai.flightmind.model.Gpt#create}. Token ids go in, as int64 tensors of shape (B, T); out come
 * logits, a loss with its gradients, or generated tokens. The data, the optimizer and the loop are flightmind-train's.
 */
@NullMarked
package ai.flightmind.model;

import org.jspecify.annotations.NullMarked;

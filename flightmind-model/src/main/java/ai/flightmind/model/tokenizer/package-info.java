/**
 * Text to token ids and back. {@link ai.flightmind.model.tokenizer.Tokenizer} is what everything around the model takes;
 * a text goes in, ids below {@link ai.flightmind.model.tokenizer.Tokenizer#vocabSize()} come out, and the other way round.
 * Start at {@link ai.flightmind.model.tokenizer.Tokenizer#open}; a vocabulary of one's own is learnt in {@code bpe}.
 */
@NullMarked
package ai.flightmind.model.tokenizer;

import org.jspecify.annotations.NullMarked;

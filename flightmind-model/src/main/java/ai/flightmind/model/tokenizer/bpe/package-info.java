/**
 * Learning a vocabulary: texts go into {@link ai.flightmind.model.tokenizer.bpe.BpeTrainer}, and a {@link
 * ai.flightmind.model.tokenizer.bpe.BpeVocabulary} comes out, which writes the {@code tokenizer.json} that {@link
 * ai.flightmind.model.tokenizer.Tokenizer#open} reads.
 */
@NullMarked
package ai.flightmind.model.tokenizer.bpe;

import org.jspecify.annotations.NullMarked;

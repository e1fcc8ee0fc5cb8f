/**
 * Text to token files. Into {@link ai.flightmind.train.prepare.Prepare} goes a {@link ai.flightmind.train.corpus.Corpus},
 * and out come the {@code train.bin}, {@code val.bin} and {@code meta.json} that {@link
 * ai.flightmind.train.data.TokenDataset} opens. Start at {@link ai.flightmind.train.prepare.Prepare#builder()}.
 *
 * <p>Inside, each slice of the corpus is read, encoded and written to a file of its own; then it is chosen which documents
 * are packed; then the rows are shuffled on disk.
 */
@NullMarked
package ai.flightmind.train.prepare;

import org.jspecify.annotations.NullMarked;

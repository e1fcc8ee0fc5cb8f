/**
 * Documents in files. {@link ai.flightmind.train.corpus.Corpus} lists the files, and gives their documents one by one, or in
 * slices that are read side by side; what is no document is an error with file and line, or passed over and counted.
 */
@NullMarked
package ai.flightmind.train.corpus;

import org.jspecify.annotations.NullMarked;

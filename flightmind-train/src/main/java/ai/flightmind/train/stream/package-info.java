/**
 * Documents as rows of tokens, made while a run trains on them. A {@link ai.flightmind.train.stream.TokenStream} says of
 * which documents and by which tokenizer; a {@link ai.flightmind.train.stream.StreamReader} reads one rank's share of its
 * rows ahead, on a thread of its own, and knows the position that a checkpoint keeps.
 */
@NullMarked
package ai.flightmind.train.stream;

import org.jspecify.annotations.NullMarked;

/**
 * Conversations as a model reads them. A {@link ai.flightmind.model.chat.ChatTemplate} says which special tokens stand
 * before and after what each one says; {@link ai.flightmind.model.chat.ChatEncoder} turns messages into ids by it, and tells
 * which of them are the assistant's, to be learned, and what a prompt for its next turn is.
 */
@NullMarked
package ai.flightmind.model.chat;

import org.jspecify.annotations.NullMarked;

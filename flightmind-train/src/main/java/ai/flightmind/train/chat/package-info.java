/**
 * Conversations to fine-tune on. {@link ai.flightmind.train.chat.ChatDataset} reads JSON lines of messages, turns them into
 * token ids by a chat template, and lays them out as rows of one length, of which only what the assistant says is learned.
 * Its parts are what a {@link ai.flightmind.train.Trainer} trains and is evaluated on.
 */
@NullMarked
package ai.flightmind.train.chat;

import org.jspecify.annotations.NullMarked;

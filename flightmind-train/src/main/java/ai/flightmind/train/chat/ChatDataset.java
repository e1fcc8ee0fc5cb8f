package ai.flightmind.train.chat;

import ai.flightmind.model.Seed;
import ai.flightmind.model.chat.ChatEncoder;
import ai.flightmind.model.chat.ChatTemplate;
import ai.flightmind.model.chat.EncodedChat;
import ai.flightmind.model.tokenizer.SpecialTokens;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.error.DataException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Conversations to fine-tune on, and some that are held out to evaluate on. They stay in memory, 4 bytes of heap per token
 * of a row. The same files and settings give the same rows. Immutable.
 */
public final class ChatDataset {
    private static final Logger log = LoggerFactory.getLogger(ChatDataset.class);

    private final ChatRows train;
    private final ChatRows validation;

    private ChatDataset(ChatRows train, ChatRows validation) {
        this.train = train;
        this.validation = validation;
    }

    public static Builder builder() {
        return new Builder();
    }

    /** What is trained on. */
    public ChatRows train() {
        return train;
    }

    /** What is evaluated on. */
    public ChatRows validation() {
        return validation;
    }

    /** Builds a {@link ChatDataset}. Required: {@link #conversations}, {@link #tokenizer}. */
    public static final class Builder {
        private @Nullable Path conversations;
        private @Nullable Path validation;
        private @Nullable Tokenizer tokenizer;
        private ChatTemplate template = ChatTemplate.standard();
        private int sequenceLength = 512;
        private boolean packed;
        private double heldOut = 0.01;
        private Seed seed = new Seed(42);

        private Builder() {}

        /**
         * The file to train on, a JSON object per line: {@code {"messages": [{"role": "user", "content": "…"}, …]}} with the
         * roles {@code system}, {@code user} and {@code assistant}, or {@code {"prompt": "…", "response": "…"}}; required.
         */
        public Builder conversations(Path jsonLines) {
            this.conversations = jsonLines;
            return this;
        }

        /** A file to evaluate on; default: a part of the first file is held out. */
        public Builder validation(Path jsonLines) {
            this.validation = jsonLines;
            return this;
        }

        /** The model's; required. It is used while the data set is built, and stays the caller's to close. */
        public Builder tokenizer(Tokenizer tokenizer) {
            this.tokenizer = tokenizer;
            return this;
        }

        /** The special tokens around what is said; default {@link ChatTemplate#standard()}. */
        public Builder template(ChatTemplate template) {
            this.template = template;
            return this;
        }

        /** Tokens per row; a longer conversation loses its end; default 512. */
        public Builder sequenceLength(int tokens) {
            this.sequenceLength = tokens;
            return this;
        }

        /**
         * Puts several conversations into a row, with the token between documents between them, as in pretraining; default: a
         * row for each. Packed rows have less padding and take less time; in them a conversation sees those before it.
         */
        public Builder packed() {
            this.packed = true;
            return this;
        }

        /** The part of the conversations that is held out where there is no validation file, at least one; default 0.01. */
        public Builder heldOut(double part) {
            this.heldOut = part;
            return this;
        }

        /** Of the choice of what is held out; default 42. */
        public Builder seed(Seed seed) {
            this.seed = seed;
            return this;
        }

        /**
         * Reads the files.
         *
         * @throws IllegalArgumentException if a setting is missing or out of its range, or the tokenizer lacks a special
         *     token of the template
         * @throws DataException that names file and line, if something else than a conversation stands there, or there are
         *     too few
         */
        public ChatDataset build() {
            if (conversations == null || tokenizer == null) {
                throw new IllegalArgumentException("A chat data set needs conversations and a tokenizer");
            }
            if (sequenceLength < 2) {
                throw new IllegalArgumentException("sequenceLength must be at least 2, not " + sequenceLength);
            }
            if (!(heldOut > 0 && heldOut < 1)) {
                throw new IllegalArgumentException("heldOut must be between 0 and 1, not " + heldOut);
            }
            ChatEncoder encoder = new ChatEncoder(template, tokenizer);
            List<EncodedChat> train = read(conversations, encoder);
            List<EncodedChat> evaluated;
            if (validation != null) {
                evaluated = read(validation, encoder);
            } else {
                // Which conversations are held out must not depend on how the file is ordered.
                Collections.shuffle(train, new Random(seed.value()));
                int count = (int) Math.max(1, Math.round(train.size() * heldOut));
                evaluated = train.subList(0, count);
                train = train.subList(count, train.size());
            }
            return new ChatDataset(
                    rows(conversations, train, tokenizer),
                    rows(validation == null ? conversations : validation, evaluated, tokenizer));
        }

        private static List<EncodedChat> read(Path file, ChatEncoder encoder) {
            List<EncodedChat> chats = new ArrayList<>();
            ConversationFile.read(file, messages -> chats.add(encoder.encode(messages)));
            return chats;
        }

        private ChatRows rows(Path file, List<EncodedChat> chats, Tokenizer of) {
            int endOfText = of.endOfText().orElse(0);
            int padding = of.specialToken(SpecialTokens.PAD).orElse(endOfText);
            RowPacker packer = new RowPacker(sequenceLength, endOfText, padding);
            List<EncodedChat> useful = chats.stream().filter(packer::isUseful).toList();
            if (useful.isEmpty()) {
                throw new DataException(file + " has too few conversations: of " + chats.size() + ", none is left with"
                        + " something to learn in its first " + sequenceLength + " tokens"
                        + (validation == null ? ", after some were held out" : "")
                        + ". Use more data, or longer sequences.");
            }
            List<int[]> rows = packed ? packer.packed(useful) : packer.padded(useful);
            long cut = useful.stream().filter(packer::isTooLong).count();
            int dropped = chats.size() - useful.size();
            if (cut + dropped > 0) {
                log.warn(
                        "Of {} conversations of {}, {} are longer than {} tokens and lose their end, {} more lose all"
                                + " that could be learned and are left out.",
                        chats.size(),
                        file,
                        cut,
                        sequenceLength,
                        dropped);
            }
            return new ChatRows(file.toString(), rows, statistics(useful, rows, cut, dropped));
        }

        private ChatStatistics statistics(List<EncodedChat> chats, List<int[]> rows, long cut, long dropped) {
            long tokens = 0;
            long learned = 0;
            for (EncodedChat chat : chats) {
                int length = Math.min(chat.length(), sequenceLength);
                tokens += length;
                for (int i = 0; i < length; i++) {
                    learned += chat.isLearned(i) ? 1 : 0;
                }
            }
            return new ChatStatistics(chats.size(), cut, dropped, rows.size(), tokens, learned);
        }
    }
}

package ai.flightmind.model.tokenizer.bpe;

import ai.flightmind.model.tokenizer.SpecialTokens;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Learns a byte-level BPE vocabulary from text, without a prefix space, as the original's is.
 *
 * <pre>{@code
 * try (Stream<String> lines = Files.lines(Path.of("corpus.txt"))) {
 *     BpeTrainer.builder().vocabSize(32_768).build().train(lines).write(Path.of("tokenizer.json"));
 * }
 * }</pre>
 *
 * <p>The same texts give the same vocabulary, in any order and on any number of threads. What stays in memory is each
 * distinct word, some 300 bytes of heap. Immutable.
 */
public final class BpeTrainer {
    private static final Logger log = LoggerFactory.getLogger(BpeTrainer.class);
    private static final int BYTES = 256;

    private final int vocabSize;
    private final List<String> specialTokens;
    private final long minFrequency;

    private BpeTrainer(Builder builder) {
        this.vocabSize = builder.vocabSize;
        this.specialTokens = builder.specialTokens;
        this.minFrequency = builder.minFrequency;
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Learns from texts. No token spans two of them.
     *
     * @param texts documents, lines, or any other pieces; words are counted on several threads if it is parallel. It is not
     *     closed
     * @return smaller than asked for, with a warning in the log, if too few pairs are frequent enough
     */
    public BpeVocabulary train(Stream<String> texts) {
        WordCounts counts = texts.collect(WordCounts::new, WordCounts::add, WordCounts::addAll);
        log.info("Learning {} tokens from {} distinct words", vocabSize, counts.size());
        MergeLearner learner = new MergeLearner(counts, minFrequency);
        learner.learn(vocabSize - specialTokens.size());
        BpeVocabulary vocabulary = new BpeVocabulary(specialTokens, learner.symbols(), learner.merges());
        if (vocabulary.size() < vocabSize) {
            log.warn(
                    "The vocabulary has {} tokens, not {}: no further pair occurs {} times. Train it on more text.",
                    vocabulary.size(),
                    vocabSize,
                    minFrequency);
        }
        return vocabulary;
    }

    /** Builds a {@link BpeTrainer}. */
    public static final class Builder {
        private int vocabSize = 32_768;
        private List<String> specialTokens = SpecialTokens.ALL;
        private long minFrequency = 2;

        private Builder() {}

        /** How many ids, special tokens and the 256 bytes included; default 32,768. */
        public Builder vocabSize(int vocabSize) {
            this.vocabSize = vocabSize;
            return this;
        }

        /** What ids from 0 on stand for; default {@link SpecialTokens#ALL}. */
        public Builder specialTokens(List<String> spellings) {
            this.specialTokens = List.copyOf(spellings);
            return this;
        }

        /** How often a pair must occur to become a token; at least 1; default 2. */
        public Builder minFrequency(long times) {
            this.minFrequency = times;
            return this;
        }

        /**
         * Builds it.
         *
         * @throws IllegalArgumentException if a setting is out of its range
         */
        public BpeTrainer build() {
            if (minFrequency < 1) {
                throw new IllegalArgumentException("minFrequency must be at least 1, not " + minFrequency);
            }
            if (specialTokens.contains("") || new LinkedHashSet<>(specialTokens).size() < specialTokens.size()) {
                throw new IllegalArgumentException("Special tokens must differ and not be empty: " + specialTokens);
            }
            int least = specialTokens.size() + BYTES;
            if (vocabSize < least) {
                throw new IllegalArgumentException("vocabSize must be at least " + least + ", for "
                        + specialTokens.size() + " special tokens and 256 bytes, not " + vocabSize);
            }
            return new BpeTrainer(this);
        }
    }
}

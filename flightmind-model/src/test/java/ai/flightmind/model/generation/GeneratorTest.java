package ai.flightmind.model.generation;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.model.Device;
import ai.flightmind.model.Golden;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.error.CancelledException;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.model.lora.LoraConfig;
import ai.flightmind.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class GeneratorTest {
    private static final Tokenizer BYTES = Tokenizer.bytes();
    private static final GptConfig CONFIG = GptConfig.builder()
            .depth(3)
            .vocabSize(BYTES.vocabSize())
            .sequenceLength(96)
            .build();

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Gpt model;

    @BeforeAll
    static void makeModel() {
        // Several spinning threads per operator make tiny models slow wherever something else runs beside the tests.
        Libtorch.setThreads(1);
        model = Gpt.create(CONFIG, Device.cpu(), seed(11));
    }

    @AfterAll
    static void closeModel() {
        model.close();
    }

    private static Generator generator() {
        return Generator.builder().model(model).tokenizer(BYTES).build();
    }

    private static int[] whole(int[] prompt, Completion completion) {
        return IntStream.concat(Arrays.stream(prompt), completion.ids().stream().mapToInt(Integer::intValue))
                .toArray();
    }

    @Test
    void greedyIsTheOriginalsTokenForToken() {
        try (Gpt original = Golden.model()) {
            Generator generator = Generator.builder().model(original).build();
            int[] prompt = Golden.tokens("generate", "prompt");
            int[] expected = Golden.tokens("generate", "greedy");

            assertThat(whole(
                            prompt,
                            generator.completeTokens(prompt, Generation.greedy(expected.length - prompt.length))))
                    .isEqualTo(expected);
        }
    }

    @Test
    void beyondTheSequenceLengthTheWindowSlidesAsTheOriginals() {
        try (Gpt original = Golden.model()) {
            Generator generator = Generator.builder().model(original).build();
            int[] prompt = Golden.tokens("generate", "long_prompt");
            int[] expected = Golden.tokens("generate", "greedy_crop");

            assertThat(expected.length).isGreaterThan(Golden.CONFIG.sequenceLength());
            assertThat(whole(
                            prompt,
                            generator.completeTokens(prompt, Generation.greedy(expected.length - prompt.length))))
                    .isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 60, 130})
    void withTheCacheItDrawsWhatTheWholeSequenceGives(int promptLength) {
        int[] prompt = new Random(promptLength)
                .ints(promptLength, 7, CONFIG.vocabSize())
                .toArray();
        int newTokens = 44;

        Completion completion = generator()
                .completeTokens(
                        prompt,
                        Generation.greedy(newTokens).toBuilder()
                                .ignoreEndOfText(true)
                                .build());

        assertThat(whole(prompt, completion)).isEqualTo(WholeSequence.greedy(model, prompt, newTokens));
    }

    @Test
    void aWindowThatMovesInStepsReadsAsMuchAsItSays() {
        int[] prompt = new Random(1).ints(90, 7, CONFIG.vocabSize()).toArray();
        Generation generation = Generation.greedy(40).toBuilder()
                .ignoreEndOfText(true)
                .windowStep(16)
                .build();

        int[] all = whole(prompt, generator().completeTokens(prompt, generation));

        // Until the first move both have the same window.
        int same = CONFIG.sequenceLength() + 1;
        assertThat(Arrays.copyOf(all, same)).isEqualTo(Arrays.copyOf(WholeSequence.greedy(model, prompt, 40), same));
        assertThat(all).hasSize(130);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0.8})
    void promptsOfDifferentLengthsGetWhatEachGetsAlone(double temperature) {
        List<String> prompts =
                List.of("A", "a longer prompt than the first", "METAR KJFK", "\u00e9t\u00e9 \ud83d\ude00", "zz");
        Generation generation = Generation.builder()
                .maxNewTokens(60)
                .temperature(temperature)
                .seed(seed(5))
                .build();

        List<Completion> together = Generator.builder()
                .model(model)
                .tokenizer(BYTES)
                .batchSize(3)
                .build()
                .complete(prompts, generation);

        for (int i = 0; i < prompts.size(); i++) {
            Generation alone = generation.toBuilder().seed(seed(5 + i)).build();
            assertThat(together.get(i)).isEqualTo(generator().complete(prompts.get(i), alone));
        }
    }

    @Test
    void sameSeedSameTextAnotherSeedAnother() {
        Generation generation =
                Generation.builder().maxNewTokens(40).seed(seed(3)).build();

        Completion first = generator().complete("begin", generation);

        assertThat(generator().complete("begin", generation)).isEqualTo(first);
        assertThat(generator()
                        .complete("begin", generation.toBuilder().seed(seed(4)).build()))
                .isNotEqualTo(first);
    }

    @Test
    void theStreamsPiecesAreTheTextAndNeverHalfACharacter() {
        Generation generation =
                Generation.builder().maxNewTokens(90).seed(seed(9)).build();

        List<String> pieces = new ArrayList<>();
        generator().stream("begin", generation).forEach(pieces::add);

        assertThat(String.join("", pieces))
                .isEqualTo(generator().complete("begin", generation).text());
        assertThat(pieces).hasSizeGreaterThan(1).doesNotContain("");
    }

    @Test
    void aStopStringEndsItAndIsNotInTheText() {
        Generation free = Generation.builder().maxNewTokens(80).seed(seed(2)).build();
        String text = generator().complete("begin", free).text();
        String stop = text.substring(10, 13);

        Completion stopped = generator()
                .complete("begin", free.toBuilder().stopStrings(List.of(stop)).build());

        assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP_STRING);
        assertThat(stopped.text()).isEqualTo(text.substring(0, text.indexOf(stop)));
    }

    @Test
    void aStopTokenEndsIt() {
        int[] prompt = {20, 30, 40};
        List<Integer> ids =
                generator().completeTokens(prompt, Generation.greedy(30)).ids();

        Completion stopped = generator()
                .completeTokens(
                        prompt,
                        Generation.greedy(30).toBuilder()
                                .stopTokens(Set.of(ids.get(4)))
                                .build());

        assertThat(stopped.finishReason()).isEqualTo(FinishReason.STOP_TOKEN);
        assertThat(stopped.ids()).isEqualTo(ids.subList(0, ids.indexOf(ids.get(4))));
    }

    @Test
    void noSequenceOfTokensIsRepeatedWhereThatIsForbidden() {
        Generation generation = Generation.greedy(80).toBuilder()
                .noRepeatNgram(2)
                .ignoreEndOfText(true)
                .build();
        int[] prompt = {50, 60, 50};

        int[] all = whole(prompt, generator().completeTokens(prompt, generation));

        List<List<Integer>> pairs = new ArrayList<>();
        for (int i = 1; i < all.length; i++) {
            pairs.add(List.of(all[i - 1], all[i]));
        }
        assertThat(pairs).doesNotHaveDuplicates();
    }

    @Test
    void bfloat16IsNearAndSeesAnAdapterToo() {
        try (Gpt tuned = Gpt.create(CONFIG, Device.cpu(), seed(11))) {
            tuned.attachAdapter(LoraConfig.builder().build(), seed(1));
            tuned.adapter().orElseThrow().parameters().values().forEach(each -> {
                try (org.bytedeco.pytorch.NoGradGuard noGrad = new org.bytedeco.pytorch.NoGradGuard()) {
                    each.normal_(0, 0.05, new org.bytedeco.pytorch.GeneratorOptional());
                }
            });
            int[] prompt = {50, 60, 70};
            Generation greedy =
                    Generation.greedy(20).toBuilder().ignoreEndOfText(true).build();
            Generator beside = Generator.builder().model(tuned).tokenizer(BYTES).build();

            List<Integer> withAdapter = beside.completeTokens(prompt, greedy).ids();

            assertThat(whole(prompt, beside.completeTokens(prompt, greedy)))
                    .isEqualTo(WholeSequence.greedy(tuned, prompt, 20));
            tuned.mergeAdapter();
            assertThat(beside.completeTokens(prompt, greedy).ids()).isEqualTo(withAdapter);
            assertThat(Generator.builder()
                            .model(tuned)
                            .precision(Precision.BF16)
                            .build()
                            .completeTokens(prompt, Generation.greedy(3))
                            .ids())
                    .hasSize(3);
        }
    }

    @Test
    void anInterruptEndsItBetweenTokens() {
        TextStream stream = generator().stream(
                "begin", Generation.greedy(60).toBuilder().ignoreEndOfText(true).build());
        try {
            Thread.currentThread().interrupt();
            assertThatThrownBy(stream::completion).isInstanceOf(CancelledException.class);
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void badInputIsRefusedBeforeAnyWork() {
        Generator generator = generator();

        assertThatThrownBy(() -> generator.completeTokens(new int[] {1, 9_999}, Generation.greedy(1)))
                .hasMessageContaining("9999");
        assertThatThrownBy(() -> generator.completeTokens(new int[] {}, Generation.greedy(1)))
                .hasMessageContaining("at least one token");
        assertThatThrownBy(() -> Generation.builder().topP(0).build()).hasMessageContaining("topP");
        assertThatThrownBy(() -> Generator.builder()
                        .model(model)
                        .build()
                        .completeTokens(
                                new int[] {1},
                                Generation.builder().stopStrings(List.of("x")).build()))
                .hasMessageContaining("tokenizer");
    }

    @Test
    void nativeMemoryIsGivenBack() {
        Generation generation = Generation.greedy(20);
        generator().complete(List.of("a", "longer"), generation);
        System.gc();
        long before = Pointer.totalBytes();
        for (int i = 0; i < 5; i++) {
            generator().complete(List.of("a", "longer"), generation);
            try (TextStream left = generator().stream("left in the middle", generation)) {
                left.iterator().next();
            }
        }
        System.gc();

        assertThat(Pointer.totalBytes() - before).isLessThan(1 << 20);
    }
}

package ai.flightmind.model.generation;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Inference;
import ai.flightmind.model.KeyValueCache;
import ai.flightmind.model.Precision;
import ai.flightmind.model.libtorch.Libtorch;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the key-value cache is for. Every token is timed by itself, in several rounds, and the shortest time counts: that is
 * the one in which nobody else had the core.
 */
@Timeout(300)
class GenerationSpeedTest {
    private static final int PROMPT = 32;
    private static final int NEW_TOKENS = 256;

    @BeforeAll
    static void oneThread() {
        Libtorch.load();
        Libtorch.setThreads(1);
    }

    @Test
    void cacheIsManyTimesFasterThanTheWholeSequenceForEachTokenAndDrawsTheSame() {
        assertThat(speedUp(model(4, 4_096), 2)).isGreaterThan(3);
    }

    @Test
    @Tag("slow")
    void cacheIsFiveTimesFasterWithTheOriginalsVocabulary() {
        assumeTrue(Boolean.getBoolean("flightmind.slow"), "-Dflightmind.slow=true");
        assertThat(speedUp(model(8, 32_768), 3)).isGreaterThan(5);
    }

    private static GptConfig model(int depth, int vocabSize) {
        return GptConfig.builder()
                .depth(depth)
                .vocabSize(vocabSize)
                .sequenceLength(512)
                .build();
    }

    /** How many times as long the whole-sequence way takes for all tokens. */
    private static double speedUp(GptConfig config, int rounds) {
        int[] prompt = prompt(config);
        long[] whole = never(NEW_TOKENS);
        long[] cached = never(NEW_TOKENS);
        try (Gpt model = Gpt.create(config, Device.cpu(), seed(5));
                Inference inference = model.inference(Precision.FP32)) {
            for (int round = 0; round < rounds; round++) {
                List<Integer> drawn = cached(inference, prompt, cached);
                assertThat(drawn).isEqualTo(whole(inference, prompt, whole));
            }
        }
        double ratio =
                (double) Arrays.stream(whole).sum() / Arrays.stream(cached).sum();
        System.out.printf(
                Locale.ROOT,
                "depth %d, vocabulary %d, %d tokens after %d: %.1f tok/s with the cache, %.1f without, %.1f times%n",
                config.depth(),
                config.vocabSize(),
                NEW_TOKENS,
                PROMPT,
                1e9 * NEW_TOKENS / Arrays.stream(cached).sum(),
                1e9 * NEW_TOKENS / Arrays.stream(whole).sum(),
                ratio);
        return ratio;
    }

    @Test
    void aTokenCostsTheSameHoweverMuchStandsBeforeIt() {
        GptConfig config = model(4, 4_096);
        int window = 64;
        long[] nanos = never(config.sequenceLength() - PROMPT);
        try (Gpt model = Gpt.create(config, Device.cpu(), seed(5));
                Inference inference = model.inference(Precision.FP32)) {
            for (int round = 0; round < 4; round++) {
                cached(inference, prompt(config), nanos);
            }
        }

        double early = Arrays.stream(nanos, 1, 1 + window).average().orElseThrow();
        double late = Arrays.stream(nanos, nanos.length - window, nanos.length)
                .average()
                .orElseThrow();
        System.out.printf(
                Locale.ROOT,
                "a token costs %.2f ms after %d others, %.2f ms after %d%n",
                early / 1e6,
                PROMPT,
                late / 1e6,
                config.sequenceLength() - window);
        assertThat(late).isLessThan(2 * early);
    }

    private static int[] prompt(GptConfig config) {
        return new Random(1).ints(PROMPT, 0, config.vocabSize()).toArray();
    }

    private static long[] never(int tokens) {
        long[] nanos = new long[tokens];
        Arrays.fill(nanos, Long.MAX_VALUE);
        return nanos;
    }

    /** As the generator does it. */
    private static List<Integer> cached(Inference inference, int[] prompt, long[] best) {
        Generation generation = Generation.greedy(best.length);
        Sequence sequence = new Sequence(prompt, 0, generation, new Transcript(generation, null));
        try (Decoding decoding = new Decoding(
                inference, List.of(sequence), generation, inference.config().vocabSize())) {
            for (int i = 0; i < best.length; i++) {
                long begin = System.nanoTime();
                decoding.step();
                best[i] = Math.min(best[i], System.nanoTime() - begin);
            }
        }
        return sequence.transcript().completion().ids();
    }

    /** As the original does it: all that is there is read again for each token, and the logits are those of the last. */
    private static List<Integer> whole(Inference inference, int[] prompt, long[] best) {
        int[] all = Arrays.copyOf(prompt, prompt.length + best.length);
        try (KeyValueCache cache = inference.newCache(1, all.length)) {
            for (int i = 0; i < best.length; i++) {
                long begin = System.nanoTime();
                cache.clear();
                try (PointerScope scope = new PointerScope()) {
                    Tensor logits = inference.nextTokenLogits(List.of(Arrays.copyOf(all, prompt.length + i)), cache);
                    all[prompt.length + i] = (int) logits.argmax().item_long();
                }
                best[i] = Math.min(best[i], System.nanoTime() - begin);
            }
        }
        return Arrays.stream(all, prompt.length, all.length).boxed().toList();
    }
}

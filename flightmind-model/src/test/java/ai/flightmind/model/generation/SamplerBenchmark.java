package ai.flightmind.model.generation;

import ai.flightmind.model.libtorch.Libtorch;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** From the logits of 32,768 tokens to one token of a sequence that is 1,000 long. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // by the set-up
public class SamplerBenchmark {
    private static final int VOCABULARY = 32_768;
    private static final int LENGTH = 1_000;

    @Param({"GREEDY", "TOP_P", "TOP_K", "PENALTY", "NO_REPEAT"})
    public Way way;

    private Tensor logits;
    private Sampler sampler;
    private List<Sequence> sequences;

    public enum Way {
        GREEDY,
        TOP_P,
        TOP_K,
        PENALTY,
        NO_REPEAT
    }

    private Generation generation() {
        Generation.Builder greedy = Generation.builder().temperature(0);
        return switch (way) {
            case GREEDY -> greedy.build();
            case TOP_P -> greedy.temperature(0.8).topP(0.9).build();
            case TOP_K -> greedy.temperature(1).topK(40).build();
            case PENALTY -> greedy.repetitionPenalty(1.1).build();
            case NO_REPEAT -> greedy.noRepeatNgram(3).build();
        };
    }

    @Setup
    public void prepare() {
        Libtorch.setThreads(1);
        Random random = new Random(1);
        float[] row = new float[VOCABULARY];
        for (int i = 0; i < row.length; i++) {
            row[i] = (float) (3 * random.nextGaussian());
        }
        logits = torch.tensor(row).view(1, -1);
        int[] prompt = IntStream.generate(() -> random.nextInt(VOCABULARY))
                .limit(LENGTH)
                .toArray();
        Generation generation = generation();
        sequences = List.of(new Sequence(prompt, 0, generation, new Transcript(generation, null)));
        sampler = new Sampler(generation);
    }

    @TearDown
    public void close() {
        logits.close();
    }

    @Benchmark
    public int[] draw() {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            return sampler.draw(logits, sequences);
        }
    }
}

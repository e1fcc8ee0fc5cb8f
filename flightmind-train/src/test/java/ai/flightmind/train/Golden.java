package ai.flightmind.train;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.Seed;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.checkpoint.SampleRange;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.distributed.Ddp;
import ai.flightmind.train.mixture.Mixture;
import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What the Python original was recorded doing in a run of 23 steps of 2 micro-batches of 4 sequences of 64. */
final class Golden {
    static final Path FOLDER = Path.of("src/test/resources/golden");
    static final Path STEP_2 = FOLDER.resolve("step_2.pt");
    static final GptConfig CONFIG =
            GptConfig.builder().depth(2).vocabSize(512).sequenceLength(64).build();
    static final StepPlan PLAN = StepPlan.of(512, 4, 64);
    static final SampleRange SAMPLES = new SampleRange(new Seed(42), 8, 64, 3_125, Map.of());
    static final LearningRate LEARNING_RATE = LearningRate.cosine(3e-3, 3e-4).warmup(5);
    static final long MAX_STEPS = 23;

    private final Object root;

    Golden() {
        try {
            root = Objects.requireNonNull(new Moshi.Builder()
                    .build()
                    .adapter(Object.class)
                    .fromJson(Files.readString(FOLDER.resolve("golden.json"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static TrainerSettings settings(Gpt model, TokenDataset data) {
        return new TrainerSettings(
                model,
                Mixture.of("train", data.train()),
                data.validation(),
                MAX_STEPS,
                PLAN,
                MicroBatch.of(PLAN.microBatchSize()),
                LEARNING_RATE,
                0.1,
                1.0,
                Precision.FP32,
                null,
                Resume.never(),
                null,
                new Batches(1),
                SAMPLES.seed(),
                1,
                4,
                false,
                List.of(),
                Ddp.singleProcess());
    }

    static Gpt model() {
        return Gpt.create(CONFIG, Device.cpu(), new Seed(1));
    }

    static TokenDataset data() {
        return TokenDataset.open(FOLDER);
    }

    Object at(Object... path) {
        Object value = root;
        for (Object key : path) {
            value = Objects.requireNonNull(
                    key instanceof Integer index ? ((List<?>) value).get(index) : ((Map<?, ?>) value).get(key));
        }
        return value;
    }

    double number(Object... path) {
        return ((Number) at(path)).doubleValue();
    }

    long[] rows(Object... path) {
        return ((List<?>) at(path))
                .stream().mapToLong(each -> ((Number) each).longValue()).toArray();
    }

    /** The rows that the original drew, at the positions of the run. */
    long[] recordedRows(long from, int count) {
        int step = (int) (from / PLAN.sequencesPerStep());
        int micro = (int) (from % PLAN.sequencesPerStep()) / count;
        return rows("batches", step, micro);
    }
}

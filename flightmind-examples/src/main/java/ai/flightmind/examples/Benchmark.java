package ai.flightmind.examples;

import static ai.flightmind.model.Seed.seed;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.train.Trainer;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.data.TokenDataset;
import com.squareup.moshi.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import okio.Buffer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/**
 * Measures training: the median step of the real trainer on random tokens, in tokens per second and as a share of the
 * largest rate at which this machine multiplies 2048 × 2048 matrices of the same precision, measured in the same run.
 * Under a launcher the ranks train together, and rank 0 tells.
 */
@Command(
        name = "Benchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Measures training steps against the machine's matrix peak.")
public final class Benchmark implements Runnable {
    private static final int PEAK_SIZE = 2_048;
    private static final int PEAK_RUNS = 8;

    @Option(names = "--depth")
    private int depth = 6;

    @Option(names = "--seq-len")
    private int sequenceLength = 512;

    @Option(names = "--batch-size")
    private int microBatchSize = 4;

    @Option(names = "--vocab-size")
    private int vocabSize = 32_768;

    @Option(names = "--threads", description = "default: all cores", showDefaultValue = Visibility.NEVER)
    private @Nullable Integer threads;

    @Option(names = "--device", description = "default: cuda where there is one", showDefaultValue = Visibility.NEVER)
    private @Nullable String device;

    @Option(names = "--precision")
    private Precision precision = Precision.FP32;

    @Option(names = "--warmup", description = "steps before the measured ones")
    private int warmup = 3;

    @Option(names = "--steps", description = "measured steps")
    private int steps = 10;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "also write the figures there",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Path json;

    /**
     * What was measured.
     *
     * @param tokensPerSecond of the median step; a token is one that is predicted
     * @param teraflops of that step, at 6 operations per parameter and token
     * @param peakTeraflops of the best of 8 products
     * @param dataShare of the median step's time
     * @param communicationShare of a step's time, waiting for other ranks, in the median
     */
    private record Figures(
            RunStart run,
            double tokensPerSecond,
            double teraflops,
            double peakTeraflops,
            double dataShare,
            double communicationShare) {
        long parameters() {
            return run.model().parameterCount();
        }

        double shareOfPeak() {
            return teraflops / peakTeraflops;
        }
    }

    public static void main(String[] args) {
        System.exit(Commands.execute(new Benchmark(), args));
    }

    @Override
    public void run() {
        if (threads != null) {
            Libtorch.setThreads(threads);
        }
        Device target = device == null ? Device.best() : Device.parse(device);
        try {
            Figures figures = measure(target);
            if (figures.run().rank() > 0) {
                return;
            }
            System.out.printf(
                    Locale.ROOT,
                    "depth %d (%,d parameters), %d x %d, vocabulary %,d, %s, %s, attention %s, %d ranks of %d"
                            + " threads:%n"
                            + "%,.0f tokens/s, %.3f TFLOP/s by 6N, %.3f of the measured peak of %.3f TFLOP/s;"
                            + " data %.4f %% of a step, waiting for other ranks %.2f %%%n",
                    depth,
                    figures.parameters(),
                    microBatchSize,
                    sequenceLength,
                    vocabSize,
                    target.hardwareName(),
                    precision,
                    figures.run().attention().name().toLowerCase(Locale.ROOT),
                    figures.run().worldSize(),
                    Libtorch.threads(),
                    figures.tokensPerSecond(),
                    figures.teraflops(),
                    figures.shareOfPeak(),
                    figures.peakTeraflops(),
                    100 * figures.dataShare(),
                    100 * figures.communicationShare());
            if (json != null) {
                Files.writeString(json, toJson(figures, target) + "\n");
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The benchmark's files cannot be written: " + e.getMessage(), e);
        }
    }

    private Figures measure(Device target) throws IOException {
        GptConfig config = GptConfig.builder()
                .depth(depth)
                .vocabSize(vocabSize)
                .sequenceLength(sequenceLength)
                .build();
        double peak = peakFlops(target);
        Measured measured = new Measured();
        Path directory = Files.createTempDirectory("flightmind-benchmark");
        try {
            writeTokens(directory.resolve("train.bin"));
            writeTokens(directory.resolve("val.bin"));
            try (TokenDataset data = TokenDataset.open(directory);
                    Gpt model = Gpt.create(config, target, seed(42));
                    Trainer trainer = Trainer.builder()
                            .model(model)
                            .data(data)
                            .maxSteps((long) warmup + steps)
                            .microBatchSize(microBatchSize)
                            .tokensPerStep((long) microBatchSize * sequenceLength)
                            .precision(precision)
                            .callback(measured)
                            .build()) {
                trainer.run();
            }
        } finally {
            Files.deleteIfExists(directory.resolve("train.bin"));
            Files.deleteIfExists(directory.resolve("val.bin"));
            Files.deleteIfExists(directory);
        }
        RunStart run = measured.run.orElseThrow();
        peak = Math.max(peak, peakFlops(target)) * run.worldSize();
        double tokensPerSecond = measured.median(Step::tokensPerSecond);
        double flops = 6.0 * config.parameterCount() * tokensPerSecond;
        return new Figures(
                run,
                tokensPerSecond,
                flops / 1e12,
                peak / 1e12,
                measured.median(Step::dataShare),
                measured.median(step -> (double) step.communication().toNanos()
                        / step.duration().toNanos()));
    }

    private final class Measured implements TrainingCallback {
        private final List<Step> steps = new ArrayList<>();
        private Optional<RunStart> run = Optional.empty();

        @Override
        public boolean onEveryRank() {
            return true;
        }

        @Override
        public void onStart(RunStart start) {
            run = Optional.of(start);
        }

        @Override
        public void onStep(Step step, StopRequest stop) {
            if (step.step() >= warmup) {
                steps.add(step);
            }
        }

        double median(ToDoubleFunction<Step> value) {
            double[] sorted = steps.stream().mapToDouble(value).sorted().toArray();
            int middle = sorted.length / 2;
            return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        }
    }

    private double peakFlops(Device target) {
        Libtorch.load();
        try (PointerScope scope = new PointerScope()) {
            TensorOptions options = new TensorOptions(
                            precision == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float)
                    .device(new DeviceOptional(target.toTorch()));
            Tensor a = torch.rand(new long[] {PEAK_SIZE, PEAK_SIZE}, options);
            Tensor b = torch.rand_like(a);
            double best = 0;
            for (int i = 0; i < PEAK_RUNS; i++) {
                long begin = System.nanoTime();
                try (Tensor product = torch.mm(a, b);
                        Tensor corner = product.select(0, 0).select(0, 0)) {
                    double waitedFor = corner.item_double();
                    double seconds = (System.nanoTime() - begin) / 1e9;
                    best = Math.max(best, 2 * Math.pow(PEAK_SIZE, 3) / seconds * Math.signum(waitedFor));
                }
            }
            return best;
        }
    }

    private void writeTokens(Path file) throws IOException {
        int rows = 2 * microBatchSize;
        ByteBuffer bytes = ByteBuffer.allocate(Math.multiplyExact(rows * 2, sequenceLength))
                .order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(1);
        while (bytes.hasRemaining()) {
            bytes.putShort((short) random.nextInt(Math.min(vocabSize, 1 << 16)));
        }
        Files.write(file, bytes.array());
    }

    private String toJson(Figures figures, Device target) throws IOException {
        Buffer buffer = new Buffer();
        try (JsonWriter writer = JsonWriter.of(buffer)) {
            writer.beginObject();
            writer.name("depth").value(depth);
            writer.name("seq_len").value(sequenceLength);
            writer.name("batch_size").value(microBatchSize);
            writer.name("vocab_size").value(vocabSize);
            writer.name("ranks").value(figures.run().worldSize());
            writer.name("threads").value(Libtorch.threads());
            writer.name("device").value(target.toString());
            writer.name("hardware").value(target.hardwareName());
            writer.name("precision").value(precision.name().toLowerCase(Locale.ROOT));
            writer.name("attention").value(figures.run().attention().name().toLowerCase(Locale.ROOT));
            writer.name("parameters").value(figures.parameters());
            writer.name("tokens_per_second").value(figures.tokensPerSecond());
            writer.name("teraflops").value(figures.teraflops());
            writer.name("peak_teraflops").value(figures.peakTeraflops());
            writer.name("share_of_peak").value(figures.shareOfPeak());
            writer.name("data_share").value(figures.dataShare());
            writer.name("communication_share").value(figures.communicationShare());
            writer.endObject();
        }
        return buffer.readUtf8();
    }
}

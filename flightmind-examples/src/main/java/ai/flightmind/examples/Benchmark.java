package ai.flightmind.examples;

import ai.flightmind.examples.benchmark.Figures;
import ai.flightmind.examples.benchmark.Measurement;
import ai.flightmind.examples.benchmark.Setup;
import ai.flightmind.examples.benchmark.compare.Comparison;
import ai.flightmind.examples.benchmark.compare.Variant;
import ai.flightmind.model.Device;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.file.WholeFile;
import ai.flightmind.train.distributed.Ddp;
import ai.flightmind.train.launch.Launcher;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Measures the real trainer on random tokens: tokens per second, as a share of the largest rate at which the device
 * multiplies matrices, measured in the same run; where the time goes, and the memory. Or compares ways to train, each in
 * processes of its own, in turn. Under a launcher the ranks train together, and rank 0 tells.
 */
@Command(
        name = "Benchmark",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Measures training steps against the device's matrix peak.")
public final class Benchmark implements Callable<Integer> {
    private static final String RANKS = "--ranks";
    private static final String JSON = "--json";
    private static final String COMPARE = "--compare";
    private static final String ROUNDS = "--rounds";

    @Spec
    private @Nullable CommandSpec spec;

    @Option(names = "--depth", paramLabel = "N", description = "layers of the model")
    private int depth = 6;

    @Option(names = "--seq-len", paramLabel = "N", description = "tokens per sequence")
    private int sequenceLength = 512;

    @Option(names = "--vocab-size", paramLabel = "N", description = "token ids")
    private int vocabSize = 32_768;

    @Option(names = "--batch-size", paramLabel = "N", description = "sequences per forward and backward pass")
    private int microBatchSize = 4;

    @Option(names = "--accumulation", paramLabel = "N", description = "such passes of each rank per step")
    private int accumulation = 1;

    @Mixin
    private final ComputeFlags compute = new ComputeFlags();

    @Option(
            names = RANKS,
            paramLabel = "N",
            description = "processes that train together, each with its share of the cores")
    private int ranks = 1;

    @Option(names = "--warmup", paramLabel = "N", description = "steps before the measured ones")
    private int warmup = 3;

    @Option(names = "--steps", paramLabel = "N", description = "measured steps")
    private int steps = 10;

    @Option(names = "--phases", description = "also on a GPU: time by phase, which has the program wait for it")
    private boolean phases;

    @Option(
            names = "--sample-seconds",
            paramLabel = "S",
            description = "training after the measured steps in which Java's share is sampled; 0 for not")
    private double sampleSeconds = 2;

    @Option(
            names = "--checkpoints",
            paramLabel = "N",
            description = "save every N steps, and measure what that costs; default: do not",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Integer checkpoints;

    @Option(
            names = JSON,
            paramLabel = "FILE",
            description = "also write the figures there",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Path json;

    @Option(
            names = COMPARE,
            arity = "0..1",
            split = ",",
            paramLabel = "VARIANT",
            description =
                    "run these in turn, each in a process of its own: plain, fp32, bf16, checkpoints, phases, blas-spins,"
                            + " one-arena, huge-pages, --flag=value, VARIABLE=value, -Xoption, several joined by +; without"
                            + " names: what may matter on the device",
            showDefaultValue = Visibility.NEVER)
    private @Nullable List<String> compare;

    @Option(names = ROUNDS, paramLabel = "N", description = "runs of each variant that is compared")
    private int rounds = 3;

    public static void main(String[] args) {
        System.exit(Commands.execute(new Benchmark(), args));
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        if (compare != null) {
            return compareAll(compare);
        }
        if (ranks != 1) {
            launch();
            return 0;
        }
        compute.setThreads();
        Optional<Figures> figures = Measurement.of(setup());
        if (figures.isPresent()) {
            System.out.print(figures.get().table());
            writeJson(figures.get().json());
        } else if (Ddp.fromEnvironment().rank() == 0) {
            System.err.println("The run was stopped before a step was measured.");
            return 1;
        }
        return 0;
    }

    private Setup setup() {
        Device device = compute.device();
        return new Setup(
                GptConfig.builder()
                        .depth(depth)
                        .vocabSize(vocabSize)
                        .sequenceLength(sequenceLength)
                        .build(),
                device,
                precisionOn(device),
                microBatchSize,
                accumulation,
                warmup,
                steps,
                phases,
                Duration.ofMillis(Math.round(1e3 * sampleSeconds)),
                checkpoints == null ? OptionalInt.empty() : OptionalInt.of(checkpoints));
    }

    private Precision precisionOn(Device device) {
        return compute.precision().orElse(device.isCuda() ? Precision.BF16 : Precision.FP32);
    }

    private int compareAll(List<String> names) throws IOException, InterruptedException {
        Device device = compute.device();
        List<Variant> variants = names.stream().allMatch(String::isEmpty)
                ? Variant.worthTrying(device, precisionOn(device), microBatchSize)
                : names.stream().map(Variant::parse).toList();
        Comparison comparison = Comparison.run(
                Benchmark.class, given(Set.of(COMPARE, ROUNDS, JSON)), variants, rounds, System.out::println);
        System.out.print(comparison.table());
        writeJson(comparison.json());
        return comparison.complete() ? 0 : 1;
    }

    private void launch() throws IOException {
        if (Ddp.fromEnvironment().distributed()) {
            throw new IllegalArgumentException(
                    RANKS + " starts ranks itself: leave it to the launcher, or leave that out");
        }
        Launcher.builder()
                .mainClass(Benchmark.class)
                .arguments(given(Set.of(RANKS)).entrySet().stream()
                        .map(flag -> flag.getKey() + "=" + flag.getValue())
                        .toList())
                .processesPerNode(ranks)
                .build()
                .run();
    }

    /** The flags that were given but for these, by name. */
    private Map<String, String> given(Set<String> without) {
        Map<String, String> given = new LinkedHashMap<>();
        for (OptionSpec option :
                Objects.requireNonNull(spec).commandLine().getParseResult().matchedOptions()) {
            if (!without.contains(option.longestName())) {
                given.put(option.longestName(), String.join(",", option.stringValues()));
            }
        }
        return given;
    }

    private void writeJson(String figures) {
        if (json != null) {
            WholeFile.write(json, out -> out.write((figures + "\n").getBytes(StandardCharsets.UTF_8)));
        }
    }
}

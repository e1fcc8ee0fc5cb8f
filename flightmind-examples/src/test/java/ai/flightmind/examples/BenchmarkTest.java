package ai.flightmind.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.lang.module.ModuleFinder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The benchmark as a user runs it, of a model so small that a step takes milliseconds. */
@Timeout(300)
class BenchmarkTest {
    @TempDir
    Path directory;

    private ProgramRun run(List<String> jvmOptions, String... flags) throws Exception {
        Map<String, String> all = new LinkedHashMap<>(Map.of(
                "--depth", "1",
                "--seq-len", "64",
                "--batch-size", "2",
                "--vocab-size", "512",
                "--device", "cpu",
                "--warmup", "2",
                "--json", "figures.json"));
        for (String flag : flags) {
            int equals = flag.indexOf('=');
            all.put(flag.substring(0, equals), flag.substring(equals + 1));
        }
        return ProgramRun.of(
                directory,
                jvmOptions,
                Benchmark.class,
                all.entrySet().stream()
                        .map(flag -> flag.getKey() + "=" + flag.getValue())
                        .toArray());
    }

    private ProgramRun run(String... flags) throws Exception {
        return run(List.of(), flags);
    }

    private Object figures() throws IOException {
        return Objects.requireNonNull(new Moshi.Builder()
                .build()
                .adapter(Object.class)
                .fromJson(Files.readString(directory.resolve("figures.json"))));
    }

    private static @Nullable Object at(@Nullable Object figures, Object... path) {
        Object value = figures;
        for (Object key : path) {
            if (key instanceof Integer index && value instanceof List<?> list) {
                value = list.get(index);
            } else if (value instanceof Map<?, ?> map) {
                assertThat(map.containsKey(key)).as("%s of %s", key, map).isTrue();
                value = map.get(key);
            } else {
                throw new AssertionError("No " + key + " in " + value);
            }
        }
        return value;
    }

    private static double number(@Nullable Object figures, Object... path) {
        assertThat(at(figures, path)).as("%s", List.of(path)).isInstanceOf(Number.class);
        return at(figures, path) instanceof Number number ? number.doubleValue() : Double.NaN;
    }

    @Test
    void figuresOfARunAgreeWithEachOther() throws Exception {
        ProgramRun run = run("--threads=1", "--accumulation=2", "--steps=5", "--sample-seconds=1");

        assertThat(run.output())
                .contains("depth 1, 98,496 parameters", "2 x 2 of 64 tokens, on each of 1 ranks; 5 steps after 2")
                .containsPattern("Java's own +\\d+\\.\\d\\d % of the training thread's time, by \\d+ samples")
                .containsPattern("MFU +0\\.\\d+ by 6N, 0\\.\\d+ with attention, of the measured peak");
        assertThat(run.status()).isZero();
        Object figures = figures();
        assertThat(at(figures, "precision")).isEqualTo("fp32");
        assertThat(number(figures, "threads")).isEqualTo(1);
        assertThat(List.of("min", "p25", "median", "p75", "max"))
                .extracting(name -> number(figures, "tokens_per_second", name))
                .isSorted()
                .allMatch(tokens -> tokens > 0);
        double step = number(figures, "step_seconds");
        assertThat(number(figures, "overall_tokens_per_second")).isPositive().isLessThanOrEqualTo(4 * 63 / step);

        assertThat(Stream.of("data", "forward", "backward", "reduction", "optimizer", "rest")
                        .mapToDouble(phase -> number(figures, "phase_seconds", phase))
                        .sum())
                .isEqualTo(step, within(1e-9));
        assertThat(number(figures, "phase_seconds", "forward")).isPositive();
        assertThat(number(figures, "phase_seconds", "backward")).isPositive();
        assertThat(number(figures, "phase_seconds", "reduction")).isZero();

        double median = number(figures, "tokens_per_second", "median");
        double by6n = number(figures, "flops_per_second", "6n");
        double withAttention = number(figures, "flops_per_second", "with_attention");
        double peak = number(figures, "matrix_peak", "flops_per_second");
        assertThat(by6n / median).isEqualTo(6 * 98_496, within(1.0));
        assertThat(withAttention / median).isEqualTo(6 * 98_496 + 12 * 64 * 64, within(1.0));
        assertThat(number(figures, "matrix_peak", "mfu_6n")).isEqualTo(by6n / peak, within(1e-9));
        assertThat(number(figures, "matrix_peak", "mfu_with_attention")).isEqualTo(withAttention / peak, within(1e-9));
        assertThat(number(figures, "matrix_peak", "mfu_with_attention")).isBetween(0.0, 1.0);
        assertThat(number(figures, "java", "share")).isBetween(0.0, 1.0);
        assertThat(number(figures, "java", "samples")).isPositive();
        assertThat(at(figures, "data_sheet_peak")).isNull();
        assertThat(at(figures, "checkpoint")).isNull();
    }

    @Test
    void memoryIsThatOfTheProcessWhereLinuxTellsIt() throws Exception {
        run("--threads=1", "--steps=2", "--sample-seconds=0", "--vocab-size=100000");

        Object memory = at(figures(), "memory");
        assertThat(Files.isReadable(Path.of("/proc/self/status"))).isEqualTo(memory != null);
        if (memory != null) {
            double moments = 4 * 4 * number(figures(), "parameters"); // weights, gradients and two moments
            assertThat(number(memory, "peak_bytes")).isGreaterThan(number(memory, "before_bytes") + moments / 2);
        }
    }

    @Test
    void javaWithoutFlightRecorderIsSaidNotToBeMeasured() throws Exception {
        String modules = ModuleFinder.ofSystem().findAll().stream()
                .map(module -> module.descriptor().name())
                .filter(name -> !name.contains("jfr"))
                .collect(Collectors.joining(","));

        ProgramRun run = run(List.of("--limit-modules", modules), "--threads=1", "--steps=2");

        assertThat(run.output()).contains("not measured: this Java has no Flight Recorder");
        assertThat(run.status()).isZero();
        assertThat(at(figures(), "java")).isNull();
    }

    @Test
    void saveIsWeighedAgainstTheTimeThatItTakes() throws Exception {
        // A second save that is due waits for the first, which is therefore whole; steps before it are free of any.
        ProgramRun run = run("--threads=1", "--steps=120", "--checkpoints=40");

        assertThat(run.output()).containsPattern("a save +0\\.\\d+ s between steps");
        assertThat(run.status()).isZero();
        Object figures = figures();
        assertThat(number(figures, "checkpoint", "saves")).isBetween(1.0, 2.0);
        double saving =
                number(figures, "checkpoint", "between_seconds") + number(figures, "checkpoint", "beside_seconds");
        assertThat(saving).isPositive();
        assertThat(number(figures, "checkpoint", "lost_share"))
                .isEqualTo(number(figures, "checkpoint", "lost_seconds") / saving, within(1e-9));
        assertThat(number(figures, "overall_tokens_per_second")).isLessThan(2 * 63 / number(figures, "step_seconds"));
    }

    @Test
    void ranksTrainTogether() throws Exception {
        ProgramRun run = run("--ranks=2", "--steps=3", "--sample-seconds=0");

        assertThat(run.output()).contains("on each of 2 ranks");
        assertThat(run.status()).isZero();
        Object figures = figures();
        assertThat(number(figures, "ranks")).isEqualTo(2);
        assertThat(number(figures, "phase_seconds", "reduction")).isPositive();
        assertThat(number(figures, "overall_tokens_per_second"))
                .isLessThanOrEqualTo(2 * 2 * 63 / number(figures, "step_seconds"));
    }

    @Test
    void variantsAreRunInTurnAndOneThatFailsIsNamed() throws Exception {
        ProgramRun run = run(
                "--threads=1",
                "--steps=2",
                "--sample-seconds=0",
                "--rounds=2",
                "--compare=plain,--batch-size=1,FLIGHTMIND_DDP_BACKEND=pigeon");

        assertThat(run.output())
                .containsSubsequence(
                        "round 1, plain: ",
                        "round 1, --batch-size=1: ",
                        "round 1, FLIGHTMIND_DDP_BACKEND=pigeon: failed with status 1",
                        "pigeon",
                        "round 2, plain: ",
                        "round 2, --batch-size=1: ",
                        "variant ")
                .containsPattern("\nplain +[\\d,]+ +[\\d,]+ to [\\d,]+ +1\\.000 +[\\d,]+ +1\\.000\n")
                .containsPattern("\nFLIGHTMIND_DDP_BACKEND=pigeon +- +- +- +- +-\n");
        assertThat(run.status()).isEqualTo(1);
        Object variants = at(figures(), "variants");
        assertThat(variants).asInstanceOf(InstanceOfAssertFactories.LIST).hasSize(3);
        assertThat(number(variants, 0, "ratio")).isEqualTo(1);
        assertThat(number(variants, 1, "ratio"))
                .isEqualTo(
                        number(variants, 1, "tokens_per_second", "median")
                                / number(variants, 0, "tokens_per_second", "median"),
                        within(1e-9));
        assertThat(at(variants, 1, "flags")).isEqualTo(Map.of("--batch-size", "1"));
        assertThat(number(variants, 0, "rounds", 1, "batch_size")).isEqualTo(2);
        assertThat(number(variants, 1, "rounds", 1, "batch_size")).isEqualTo(1);
        assertThat(at(variants, 2, "environment")).isEqualTo(Map.of("FLIGHTMIND_DDP_BACKEND", "pigeon"));
        assertThat(at(variants, 2, "ratio")).isNull();
        assertThat(number(variants, 2, "rounds", 0, "status")).isEqualTo(1);
    }
}

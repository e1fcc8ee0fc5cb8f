package ai.flightmind.train.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

@Timeout(60)
class LaunchTest {
    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int launch(String... args) {
        return Launch.execute(args, new PrintWriter(out, true), new PrintWriter(err, true));
    }

    /** Exits with its argument. */
    static final class Program {
        private Program() {}

        public static void main(String[] args) {
            if (args.length > 1) {
                System.exit(99);
            }
            System.exit(Integer.parseInt(args[0]));
        }
    }

    @Test
    void helpNamesTheOptions() {
        assertThat(launch("--help")).isZero();
        assertThat(out.toString())
                .contains("Launch [OPTIONS] -- MAIN_CLASS [ARGUMENTS...]")
                .contains(
                        "--nproc-per-node",
                        "--nnodes",
                        "--node-rank",
                        "--master",
                        "--max-restarts",
                        "--log-dir",
                        "--stop-grace",
                        "--rendezvous-timeout",
                        "--node-timeout");
    }

    @Test
    void aMissingSeparatorIsAWrongCommandLine() {
        assertThat(launch("--nproc-per-node", "2")).isEqualTo(2);
        assertThat(err.toString()).contains("Missing: -- and after it the program's main class");
    }

    @Test
    void aProgramBeforeTheSeparatorIsAWrongCommandLine() {
        assertThat(launch(Program.class.getName(), "--", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("Unmatched argument").contains(Program.class.getName());
    }

    @ParameterizedTest
    @CsvSource({
        "--stop-grace, 5 minutes, is no duration",
        "--stop-grace, -1s, is no duration",
        "--stop-grace, 0s, stopGrace",
        "--node-timeout, 1s, nodeTimeout",
        "--rendezvous-timeout, 9999999999h, is no duration",
        "--rendezvous-timeout, 999999999h, to 365 days",
        "--nproc-per-node, gpu, 'gpu'",
        "--nproc-per-node, 0, processesPerNode",
        "--node-rank, 1, nodeRank",
        "--nnodes, 2, master",
        "--master, here, host:port",
    })
    void wrongValuesAreSaidSo(String option, String value, String message) {
        assertThat(launch(option, value, "--", Program.class.getName(), "0")).isEqualTo(2);
        assertThat(err.toString()).contains(message);
    }

    @Test
    void anUnknownMainClassIsAWrongCommandLine() {
        assertThat(launch("--", "no.such.Program")).isEqualTo(2);
        assertThat(err.toString()).contains("no.such.Program");
    }

    @Test
    void aLaunchThatSucceedsExitsWithZero() {
        assertThat(launch("--log-dir", folder.toString(), "--", Program.class.getName(), "0"))
                .isZero();
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void aLaunchThatFailsExitsWithOneAndSaysWhyInOneLine(int status) {
        assertThat(launch("--log-dir", folder.toString(), "--", Program.class.getName(), "" + status))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .satisfies(line ->
                        assertThat(line).startsWith("error: Rank 0 (pid ").contains("exited with " + status));
    }

    @Test
    void whatLooksLikeOptionsAfterTheSeparatorIsTheProgramsOwn() {
        assertThat(launch("--log-dir", folder.toString(), "--", Program.class.getName(), "--help", "--"))
                .isEqualTo(1);
        assertThat(err.toString()).contains("exited with 99");
    }

    @ParameterizedTest
    @CsvSource({"500ms, PT0.5S", "30s, PT30S", "5m, PT5M", "2h, PT2H", "PT1M30S, PT1M30S"})
    void durationsAreShortOrIso(String text, Duration duration) {
        assertThat(new Launch.DurationConverter().convert(text)).isEqualTo(duration);
    }

    @Test
    void aNumberAloneIsNoDuration() {
        assertThatThrownBy(() -> new Launch.DurationConverter().convert("30"))
                .isInstanceOf(TypeConversionException.class);
    }
}

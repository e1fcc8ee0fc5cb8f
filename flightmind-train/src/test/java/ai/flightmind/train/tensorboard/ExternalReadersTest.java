package ai.flightmind.train.tensorboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.train.callback.Sample;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.Told;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Event files in the hands of protobuf's own compiler and of TensorBoard itself, where they are installed. */
@Timeout(120)
class ExternalReadersTest {
    @TempDir
    Path dir;

    @Test
    void protocDecodesEveryEventWithoutAnUnknownField() throws Exception {
        assumeTrue(runs("protoc", "--version"), "no protoc on this machine (Debian's protobuf-compiler)");
        Path events = dir.resolve("events");
        writeResumedRun(events);

        StringBuilder decoded = new StringBuilder();
        for (Path file : TensorFlowReader.files(events)) {
            try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
                for (byte[] event = TfRecord.read(in); event != null; event = TfRecord.read(in)) {
                    decoded.append(protoc(event)).append('\n');
                }
            }
        }

        assertThat(decoded.toString())
                .contains("file_version: \"brain.Event:2\"")
                .contains("status: START")
                .contains("tag: \"train/loss\"\n    simple_value: 2.5")
                .contains("dtype: DT_STRING", "string_val: \"    METAR EDDF\"")
                .contains("plugin_name: \"hparams\"", "key: \"learning_rate\"", "number_value: 0.0006")
                .contains("key: \"precision\"", "string_value: \"fp32\"")
                .contains("display_name: \"validation loss\"")
                .doesNotContainPattern("(?m)^\\s*\\d+[:{ ]");
    }

    private String protoc(byte[] event) throws Exception {
        Path input = Files.write(dir.resolve("event.bin"), event);
        Path output = dir.resolve("event.txt");
        Process process = new ProcessBuilder(
                        "protoc", "--decode=Event", "-Isrc/test/resources/tensorboard", "event.proto")
                .redirectInput(input.toFile())
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        return Files.readString(output);
    }

    @Test
    @Tag("python")
    void tensorBoardShowsAResumedRunsCurvesTextsAndHyperparameters() throws Exception {
        assumeTrue(
                runs("python3", "-c", "import tensorboard"),
                "no python3 with tensorboard on this machine (pip install tensorboard)");
        Path events = dir.resolve("events");
        writeResumedRun(events);

        List<String> lines = python(events);

        assertThat(lines)
                .contains("train/loss [(0, 3.5), (1, 3.5), (2, 2.5), (3, 2.5), (4, 2.5)]")
                .contains("val/loss [(3, 2.75)]")
                .contains("text samples/METAR [(2, '    METAR EDDF')]")
                .contains("hparams learning_rate 0.0006")
                .contains("hparams precision fp32")
                .contains("metric val/loss validation loss");
    }

    private List<String> python(Path events) throws IOException, InterruptedException {
        Path output = dir.resolve("output.txt");
        Process process = new ProcessBuilder("python3", "-c", """
                        import sys
                        from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
                        from tensorboard.plugins.hparams import metadata
                        from tensorboard.util import tensor_util
                        runs = EventMultiplexer().AddRunsFromDirectory(sys.argv[1])
                        runs.Reload()
                        run, = runs.Runs()
                        for tag in ['train/loss', 'val/loss']:
                            print(tag, [(e.step, float(tensor_util.make_ndarray(e.tensor_proto)))
                                        for e in runs.Tensors(run, tag)])
                        for tag in runs.PluginRunToTagToContent('text')[run]:
                            print('text', tag, [(e.step, tensor_util.make_ndarray(e.tensor_proto).item().decode())
                                                for e in runs.Tensors(run, tag)])
                        hparams = runs.PluginRunToTagToContent('hparams')[run]
                        start = metadata.parse_session_start_info_plugin_data(hparams['_hparams_/session_start_info'])
                        for name, value in start.hparams.items():
                            print('hparams', name, getattr(value, value.WhichOneof('kind')))
                        for metric in metadata.parse_experiment_plugin_data(hparams['_hparams_/experiment']).metric_infos:
                            print('metric', metric.name.tag, metric.display_name)
                        """, events.toString())
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try {
            assertThat(process.waitFor(100, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        assertThat(process.exitValue()).isZero();
        return Files.readAllLines(output);
    }

    /** Steps 0 to 3 with a loss of 3.5, and 2 to 4 again with 2.5. */
    private static void writeResumedRun(Path directory) {
        write(directory, 0, 4, 3.5);
        write(directory, 2, 5, 2.5);
    }

    private static void write(Path directory, long firstStep, long end, double loss) {
        try (TensorBoard board = TensorBoard.in(directory)) {
            board.onStart(Told.start(firstStep));
            for (long step = firstStep; step < end; step++) {
                Told.StepBuilder told = Told.step(step).loss(loss);
                board.onStep((step == 3 ? told.validationLoss(loss + 0.25) : told).build(), new StopRequest());
                if (step == 2) {
                    board.onSample(new Sample(2, "METAR", " EDDF"));
                }
            }
        }
    }

    private static boolean runs(String... command) throws InterruptedException {
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        }
    }
}

package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Seed;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.callback.MetricsFile;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.checkpoint.RunState;
import ai.flightmind.train.checkpoint.SampleRange;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.document.Documents;
import ai.flightmind.train.document.ParquetFiles;
import ai.flightmind.train.error.CheckpointException;
import ai.flightmind.train.error.DataException;
import ai.flightmind.train.mixture.Mixture;
import ai.flightmind.train.optimizer.AdamW;
import ai.flightmind.train.stream.TokenStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class StreamedTrainingTest extends TinyData {
    private static final int STEPS = 12;

    private record Run(Recorder recorder, Map<String, ByteBuffer> weights) {}

    private Path documents = Path.of("");

    @BeforeEach
    void writeDocuments() throws IOException {
        documents = Files.createDirectories(folder.resolve("documents"));
        for (String name : List.of("a", "b")) {
            List<String> texts = IntStream.range(0, 60)
                    .mapToObj(i -> "Report " + name + i + ": wind calm. " + "roger ".repeat(i % 40))
                    .toList();
            ParquetFiles.write(documents.resolve(name + ".parquet"), texts);
        }
    }

    private static Mixture mixed(TokenDataset data, TokenStream stream) {
        return Mixture.builder()
                .source("table", data.train(), 0.5)
                .source("stream", stream, 0.5)
                .from(6, 0.25, 0.75)
                .build();
    }

    private Run run(String directory, long stopAfter, BiFunction<TokenDataset, TokenStream, Mixture> mixture) {
        Recorder recorder = new Recorder(stopAfter);
        try (Gpt model = TinyRun.model();
                TokenDataset data = TokenDataset.open(folder.resolve("data"));
                Documents read = Documents.builder().file(documents).build();
                Trainer trainer = TinyRun.trainer(model, data)
                        .data(mixture.apply(data, TokenStream.of(read, Tokenizer.bytes())), data.validation())
                        .maxSteps(STEPS)
                        .checkpoints(Checkpoints.in(folder.resolve(directory)))
                        .resume(Resume.latest())
                        .callback(recorder)
                        .callback(new MetricsFile(folder.resolve(directory + ".jsonl")))
                        .build()) {
            trainer.run();
            return new Run(recorder, TinyRun.weights(model));
        }
    }

    @Test
    void aRunStoppedAfterAnyStepIsTheUnbrokenOneBitForBit() throws IOException {
        Run unbroken = run("unbroken", Recorder.NEVER, StreamedTrainingTest::mixed);
        Map<Long, String> bits = new TreeMap<>();
        Run last = unbroken;
        for (long step : new long[] {0, 1, 4, 5, 6, 10, Recorder.NEVER}) {
            last = run("broken", step, StreamedTrainingTest::mixed);
            bits.putAll(last.recorder.bits());
        }
        assertThat(bits).hasSize(STEPS).isEqualTo(unbroken.recorder.bits());
        assertThat(last.weights).isEqualTo(unbroken.weights);
        assertThat(Files.mismatch(
                        folder.resolve("unbroken").resolve("final.pt"),
                        folder.resolve("broken").resolve("final.pt")))
                .as("weights, moments, counters and positions of final.pt")
                .isEqualTo(-1);
    }

    @Test
    void rowsAreCountedPerSource() throws IOException {
        Run run = run("counted", Recorder.NEVER, StreamedTrainingTest::mixed);
        assertThat(run.recorder.steps.values().stream().map(Step::sourceRows))
                .contains(Map.of("table", 4L, "stream", 4L), Map.of("table", 24L, "stream", 24L))
                .last()
                .isEqualTo(Map.of("table", 36L, "stream", 60L));
        assertThat(Files.readAllLines(folder.resolve("counted.jsonl")))
                .hasSize(STEPS)
                .last()
                .asString()
                .contains("\"data_share\":", "\"sources\":{\"table\":36,\"stream\":60}");
    }

    @Test
    void aRunBegunOnATableGoesOnWithAMixture() {
        Run before = run("grown", 3, (data, stream) -> Mixture.of("train", data.train()));
        Run after = run(
                "grown",
                Recorder.NEVER,
                (data, stream) -> Mixture.builder()
                        .source("train", data.train(), 1)
                        .source("stream", stream, 0)
                        .from(4, 1, 1)
                        .build());
        assertThat(before.recorder.steps).hasSize(4);
        assertThat(after.recorder.steps.keySet()).contains(4L, 11L).doesNotContain(3L);
    }

    @Test
    void stepsDoneKeepTheirSharesAndSources() {
        run("kept", 3, StreamedTrainingTest::mixed);
        assertThatThrownBy(() -> run(
                        "kept",
                        Recorder.NEVER,
                        (data, stream) -> Mixture.builder()
                                .source("table", data.train(), 0.75)
                                .source("stream", stream, 0.25)
                                .build()))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("number of rows read of table was 16; this run's is 24");
        assertThatThrownBy(() -> run("kept", Recorder.NEVER, (data, stream) -> mixed(data, stream.withLanes(2))))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("source stream was a stream of 2 files in 8 lanes");
        assertThatThrownBy(() -> run("kept", Recorder.NEVER, (data, stream) -> Mixture.of("train", data.train())))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("mixture");
    }

    @Test
    void originalsCheckpointKeepsNoPositionSoStreamsBegin() {
        List<Long> start = List.of(0L, 0L, 0L);
        SampleRange samples = new SampleRange(
                new Seed(42), 8, 64, 0, Map.of("stream", new SampleRange.Source("a stream", step -> step * 8, start)));
        try (Gpt model = Golden.model();
                AdamW optimizer = new AdamW(model.parameters(), 0.1)) {
            RunState state = CheckpointReader.read(Golden.STEP_2, model, optimizer, samples);
            assertThat(state.nextStep()).isEqualTo(3);
            assertThat(state.positions()).isEqualTo(Map.of("stream", start));
        }
    }

    @Test
    void badDocumentEndsTheRunWithItsPlaceWhenItsTurnComesAndLosesNoStep() throws IOException {
        documents = Files.createDirectories(folder.resolve("lines"));
        String good = "{\"text\": \"" + "clear of clouds ".repeat(40) + "\"}\n";
        Files.writeString(documents.resolve("a.jsonl"), good.repeat(3) + "{\"body\": 1}\n" + good);
        assertThatThrownBy(() -> run("bad", Recorder.NEVER, StreamedTrainingTest::mixed))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a.jsonl:4: there is no \"text\"");
        // 3 documents of 641 tokens are 30 rows: 4 in each of the first 6 steps, then 6.
        assertThat(folder.resolve("bad").resolve("step_6.pt")).exists();
        assertThat(Files.readAllLines(folder.resolve("bad.jsonl"))).hasSize(7);
    }

    @Test
    void killedRunGoesOnWithAnotherNumberOfRanksAndReadsTheSame() {
        String[] arguments = {
            data, "stream=" + documents, "maxSteps=14", "sequences=8", "microBatch=2",
        };
        String[] saving = {
            data,
            "stream=" + documents,
            "maxSteps=14",
            "sequences=8",
            "microBatch=2",
            "checkpoints=" + folder.resolve("killed"),
            "resume=latest",
            "every=1"
        };
        Map<Long, Ranks.Said> steps = new TreeMap<>();
        try (Ranks alone = Ranks.none()) {
            alone.add(folder, Map.of(), arguments);
            try (Ranks two = Ranks.start(folder, 2, saving)) {
                two.rank(0).awaitLine("saved 5");
                two.kill();
                steps.putAll(two.steps());
            }
            try (Ranks three = Ranks.start(folder, 3, saving)) {
                assertThat(three.awaitExits()).as(three::describe).containsOnly(0);
                assertThat(three.steps().keySet()).doesNotContain(3L).contains(13L);
                steps.putAll(three.steps());
            }
            assertThat(alone.awaitExits()).as(alone::describe).containsOnly(0);
            assertThat(steps.keySet()).isEqualTo(alone.steps().keySet()).hasSize(14);
            alone.steps()
                    .forEach((step, said) -> assertThat(
                                    steps.getOrDefault(step, said).loss())
                            .as("loss of step %s", step)
                            .isCloseTo(said.loss(), withPercentage(0.01)));
        }
    }
}

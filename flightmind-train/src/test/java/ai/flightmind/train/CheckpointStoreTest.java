package ai.flightmind.train;

import static ai.flightmind.model.Seed.seed;
import static ai.flightmind.train.Batches.batches;
import static ai.flightmind.train.Every.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.pt.PtReader;
import ai.flightmind.model.pt.PtWriter;
import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.CheckpointStore;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.error.CheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class CheckpointStoreTest {
    @TempDir
    Path folder;

    private final List<ChildJvm> children = new ArrayList<>();
    private Path checkpoints;
    private TokenDataset data;
    private Recorder recorder;

    @BeforeEach
    void open() {
        data = TinyRun.data(folder.resolve("data"));
        checkpoints = folder.resolve("checkpoints");
        recorder = new Recorder();
    }

    @AfterEach
    void close() {
        children.forEach(ChildJvm::close);
        data.close();
    }

    private TrainingResult train(long maxSteps, Checkpoints policy, UnaryOperator<Trainer.Builder> settings) {
        recorder = new Recorder();
        try (Gpt model = TinyRun.model();
                Trainer trainer = settings.apply(TinyRun.trainer(model, data)
                                .maxSteps(maxSteps)
                                .checkpoints(policy)
                                .resume(Resume.latest())
                                .callback(recorder))
                        .build()) {
            return trainer.run();
        }
    }

    private static Trainer.Builder asItIs(Trainer.Builder settings) {
        return settings;
    }

    private TrainingResult train(long maxSteps) {
        return train(maxSteps, everyStep(), CheckpointStoreTest::asItIs);
    }

    private Checkpoints everyStep() {
        return Checkpoints.in(checkpoints).every(1);
    }

    private List<String> files() {
        try (Stream<Path> files = Files.list(checkpoints)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .filter(name -> !name.equals(".lock"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path file(String name) {
        return checkpoints.resolve(name);
    }

    private void damage(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(file(name));
        bytes[bytes.length / 2] ^= 1;
        Files.write(file(name), bytes);
    }

    private void truncate(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(file(name));
        Files.write(file(name), Arrays.copyOf(bytes, bytes.length / 3));
    }

    private long firstStep() {
        return recorder.starts.get(0).firstStep();
    }

    @Test
    void filesAreNamedAfterTheirStepAndItsMeaning() {
        train(
                7,
                Checkpoints.in(checkpoints).every(2).keepBest(),
                settings -> settings.evaluation(every(3), batches(2)));

        assertThat(files()).containsExactly("best.pt", "final.pt", "step_2.pt", "step_4.pt", "step_6.pt");
    }

    @Test
    void keepLastKeepsTheNewestAndNeitherBestNorFinalGoes() {
        train(8, everyStep().keepLast(2).keepBest(), settings -> settings.evaluation(every(2), batches(2)));

        assertThat(files()).containsExactly("best.pt", "final.pt", "step_6.pt", "step_7.pt");
    }

    @Test
    void whatAKilledProcessLeftHalfWrittenIsRemoved() throws IOException {
        train(3);
        Files.writeString(file("step_3.pt.partial"), "half");
        Files.writeString(file("notes.txt"), "the user's own");

        train(4);

        assertThat(files()).containsExactly("final.pt", "notes.txt", "step_1.pt", "step_2.pt", "step_3.pt");
    }

    @Test
    void aDamagedNewestFileIsPassedOver() throws IOException {
        train(5, everyStep(), settings -> settings.callback(new Recorder(3)));
        damage("step_3.pt");

        train(5);

        assertThat(firstStep()).isEqualTo(3);
        assertThat(recorder.starts.get(0).resumedFrom()).hasValue(file("step_2.pt"));
    }

    @Test
    void severalDamagedFilesArePassedOver() throws IOException {
        train(5);
        damage("final.pt");
        truncate("step_4.pt");
        Files.write(file("step_3.pt"), new byte[0]);

        train(5);

        assertThat(firstStep()).isEqualTo(3);
    }

    @Test
    void whereAllAreDamagedNothingIsTrainedOrOverwritten() throws IOException {
        train(3);
        damage("final.pt");
        damage("step_1.pt");
        truncate("step_2.pt");
        Map<String, ByteBuffer> before = contents();

        assertThatThrownBy(() -> train(5))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("final.pt", "step_1.pt", "step_2.pt", "backup");

        assertThat(contents()).isEqualTo(before);
        assertThat(recorder.steps).isEmpty();
        assertThat(recorder.errors).hasSize(1);
    }

    private Map<String, ByteBuffer> contents() throws IOException {
        Map<String, ByteBuffer> contents = new LinkedHashMap<>();
        for (String name : files()) {
            contents.put(name, ByteBuffer.wrap(Files.readAllBytes(file(name))));
        }
        return contents;
    }

    @Test
    void aDamagedFileOfALaterStepDoesNotPushOutNewOnes() throws IOException {
        train(9, everyStep(), settings -> settings.callback(new Recorder(5)));
        damage("step_3.pt");
        damage("step_4.pt");
        damage("step_5.pt");

        train(9, everyStep().keepLast(1), settings -> settings.callback(new Recorder(3)));

        assertThat(recorder.saved).containsExactly("step_3.pt");
        assertThat(files()).containsExactly("step_3.pt", "step_4.pt", "step_5.pt");
        try (PtReader reader = PtReader.open(file("step_3.pt"))) {
            reader.verify();
        }
    }

    @Test
    void aNewRunDoesNotWriteOverTheCheckpointsOfAnEarlierOne() throws IOException {
        train(6, everyStep(), settings -> settings.callback(new Recorder(4)));
        Map<String, ByteBuffer> before = contents();

        assertThatThrownBy(() -> train(6, everyStep(), settings -> settings.resume(Resume.never())))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll(checkpoints.toString(), "--resume latest", "another directory");

        assertThat(contents()).isEqualTo(before);
    }

    @Test
    void aDirectoryIsForOneRunAtATime() {
        try (CheckpointStore held = CheckpointStore.open(everyStep())) {
            assertThat(held.finalFile()).doesNotExist();
            assertThatThrownBy(() -> train(3))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("Another run")
                    .hasMessageContaining(checkpoints.toString());

            // The refused attempt must not have let go of the lock, which is the whole process's.
            ChildJvm child = start("", 6);
            assertThat(child.awaitExit()).as(child::describe).isZero();
            assertThat(child.lines("failed ")).singleElement().asString().contains("Another run");
        }
        assertThat(train(3).completed()).isTrue();
    }

    private ChildJvm start(String shellPrefix, long maxSteps) {
        ChildJvm child = ChildJvm.start(
                shellPrefix,
                folder.resolve("errors.txt"),
                List.of(),
                SavingMain.class,
                "data=" + folder.resolve("data"),
                "checkpoints=" + checkpoints,
                "maxSteps=" + maxSteps);
        children.add(child);
        return child;
    }

    @Test
    void aDirectoryThatIsAFileIsRefused() throws IOException {
        Files.writeString(checkpoints, "not a directory");

        assertThatThrownBy(() -> train(3))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining(checkpoints.toString());
    }

    @Test
    void aRunOfAnotherModelOrOrderOfDataIsRefused() {
        train(2);

        assertRefused("depth", config().depth(2), CheckpointStoreTest::asItIs);
        assertRefused("vocabulary size", config().vocabSize(600), CheckpointStoreTest::asItIs);
        assertRefused("sequence length", config().sequenceLength(32), settings -> settings.tokensPerStep(8 * 31));
        assertRefused("seed", config(), settings -> settings.seed(seed(8)));
        assertRefused("sequences per step", config(), settings -> settings.tokensPerStep(4 * 63));
        data.close();
        data = TinyRun.data(folder.resolve("more"), TinyRun.TRAIN_ROWS + 1);
        assertRefused("training sequences", config(), CheckpointStoreTest::asItIs);
    }

    private static GptConfig.Builder config() {
        return TinyRun.config().toBuilder();
    }

    private void assertRefused(String why, GptConfig.Builder config, UnaryOperator<Trainer.Builder> settings) {
        try (Gpt model = Gpt.create(config.build(), Device.cpu(), seed(5));
                Trainer trainer = settings.apply(TinyRun.trainer(model, data)
                                .maxSteps(9)
                                .checkpoints(Checkpoints.in(checkpoints))
                                .resume(Resume.latest()))
                        .build()) {
            assertThatThrownBy(trainer::run)
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContainingAll(why, checkpoints.toString(), "new run");
        }
        assertThat(files()).containsExactly("final.pt", "step_1.pt");
    }

    @Test
    void theModelOfACheckpointCanBeReadByItself() {
        train(3);
        GptConfig config = CheckpointReader.config(file("final.pt"));

        assertThat(config).isEqualTo(TinyRun.config());
        try (Gpt read = Gpt.create(config, Device.cpu(), seed(99));
                Gpt trained = TinyRun.model();
                Trainer trainer = TinyRun.trainer(trained, data).maxSteps(3).build()) {
            trainer.run();
            CheckpointReader.readWeights(file("final.pt"), read);

            assertThat(TinyRun.weights(read)).isEqualTo(TinyRun.weights(trained));
        }
    }

    @Test
    void weightsOfAnotherModelAreRefused() {
        train(2);
        try (Gpt deeper = Gpt.create(config().depth(2).build(), Device.cpu(), seed(5))) {
            assertThatThrownBy(() -> CheckpointReader.readWeights(file("final.pt"), deeper))
                    .isInstanceOf(CheckpointException.class)
                    .hasMessageContaining("depth");
        }
    }

    @Test
    void aDamagedOrMissingFileToResumeFromIsNamed() throws IOException {
        train(2);
        damage("step_1.pt");

        assertThatThrownBy(() -> train(4, everyStep(), from("step_1.pt")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("step_1.pt");
        assertThatThrownBy(() -> train(4, everyStep(), from("step_77.pt")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("step_77.pt");
    }

    private UnaryOperator<Trainer.Builder> from(String name) {
        return settings -> settings.resume(Resume.from(file(name)));
    }

    @Test
    void whatACheckpointLacksIsNamed() throws IOException {
        Files.createDirectories(checkpoints);
        Map<String, Object> root = new LinkedHashMap<>();
        assertLacks("config", root);
        root.put("config", Map.of("depth", 1L, "vocab_size", 512L));
        assertLacks("config.max_seq_len", root);
        root.put("config", Map.of("depth", 1L, "vocab_size", 512L, "max_seq_len", 64L));
        assertLacks("step", root);
        root.put("step", 3L);
        root.put("loss", 2.5);
        assertLacks("model", root);
        root.put("model", Map.of());
        assertLacks("model.tok_emb.weight", root);
        root.put("flightmind", Map.of("version", 2L));
        assertLacks("version 2", root);
    }

    private void assertLacks(String key, Map<String, Object> root) {
        PtWriter.write(file("odd.pt"), root);
        assertThatThrownBy(() -> train(4, everyStep(), from("odd.pt")))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContainingAll("odd.pt", key);
    }

    @Test
    void aFullDiskLosesNoOlderCheckpointAndOnlyTheLastOneEndsTheRun() throws IOException {
        ChildJvm first = start("", 6);
        assertThat(first.awaitExit()).as(first::describe).isZero();
        Files.delete(file("final.pt"));
        Files.delete(file("step_5.pt"));
        assertThat(files()).containsExactly("step_4.pt");

        ChildJvm full = start("ulimit -f 400;", 9);
        assertThat(full.awaitExit()).as(full::describe).isZero();

        assertThat(full.lines("start ")).containsExactly("5");
        assertThat(full.lines("step ")).hasSize(4);
        assertThat(full.lines("unsaved "))
                .hasSize(4)
                .allSatisfy(message -> assertThat(message).contains("File too large", "step_", "has space"));
        assertThat(full.lines("failed ")).singleElement().asString().contains("CheckpointException", "final.pt", "MiB");
        assertThat(files()).containsExactly("step_4.pt");
        try (PtReader reader = PtReader.open(file("step_4.pt"))) {
            reader.verify();
        }
        ChildJvm again = start("", 6);
        assertThat(again.awaitExit()).as(again::describe).isZero();
        assertThat(again.lines("ended ")).containsExactly("completed 6");
    }

    @Test
    void aDirectoryThatVanishesIsToldAndEndsTheRunOnlyWithTheLastCheckpoint() {
        TrainingCallback removing = new TrainingCallback() {
            @Override
            public void onCheckpoint(CheckpointWritten checkpoint) {
                if (checkpoint.step() == 2) { // told after step 3, when nothing is being written
                    try (Stream<Path> all = Files.list(checkpoints)) {
                        for (Path each : all.toList()) {
                            Files.delete(each);
                        }
                        Files.delete(checkpoints);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                }
            }
        };

        assertThatThrownBy(() -> train(6, everyStep(), settings -> settings.callback(removing)))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("final.pt");
        assertThat(recorder.steps).hasSize(6);
        assertThat(recorder.notSaved).hasSize(3);
        assertThat(recorder.errors).hasSize(1);
    }
}

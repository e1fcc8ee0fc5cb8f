package ai.flightmind.train;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.CheckpointStore;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.RunState;
import ai.flightmind.train.checkpoint.Snapshot;
import ai.flightmind.train.checkpoint.Staging;
import ai.flightmind.train.optimizer.AdamW;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class BackgroundWriterTest {
    private static final GptConfig LARGE =
            GptConfig.builder().depth(4).vocabSize(32_768).sequenceLength(64).build();

    @TempDir
    Path folder;

    @Test
    void aRunThatChangesOnceItIsCopiedIsWrittenAsItWas() {
        Checkpoints policy = Checkpoints.in(folder.resolve("checkpoints"));
        RunState state = RunState.start(Map.of()).afterStep(3.5, 512, false, Map.of());
        try (Gpt model = Gpt.create(LARGE, Device.cpu(), seed(5));
                AdamW optimizer = new AdamW(model.parameters(), 0.1);
                CheckpointStore store = CheckpointStore.open(policy);
                Staging copies = Staging.onHost();
                BackgroundWriter writer = new BackgroundWriter()) {
            writer.begin(Snapshot.of(model, optimizer, 1e-3, state, Golden.SAMPLES, copies), List.of(store::writeStep));

            writer.awaitCopy();
            empty(model);

            assertThat(writer.await()).hasValueSatisfying(outcome -> {
                assertThat(outcome.failures()).isEmpty();
                assertThat(outcome.written()).hasSize(1);
            });
            assertWritten(store.stepFile(state.lastStep()));
        }
    }

    private static void empty(Gpt model) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            model.parameters().values().forEach(Tensor::zero_);
        }
    }

    private static void assertWritten(Path file) {
        try (Gpt read = Gpt.create(LARGE, Device.cpu(), seed(6));
                Gpt begun = Gpt.create(LARGE, Device.cpu(), seed(5));
                AdamW optimizer = new AdamW(read.parameters(), 0.1);
                PointerScope scope = new PointerScope()) {
            assertThat(CheckpointReader.read(file, read, optimizer, Golden.SAMPLES)
                            .loss())
                    .isEqualTo(3.5);
            begun.parameters()
                    .forEach((name, weight) -> assertThat(read.parameter(name).equal(weight))
                            .as(name)
                            .isTrue());
        }
    }
}

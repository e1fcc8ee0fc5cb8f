package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.callback.Phases;
import ai.flightmind.train.data.TokenDataset;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PhasesTest {
    @TempDir
    Path folder;

    @Test
    void phasesOfAStepOfSeveralMicroBatchesAreItsWholeDuration() {
        Recorder recorder = new Recorder();
        try (Gpt model = TinyRun.model();
                TokenDataset data = TinyRun.data(folder);
                Trainer trainer = TinyRun.trainer(model, data)
                        .microBatchSize(2)
                        .maxSteps(5)
                        .callback(recorder)
                        .build()) {
            trainer.run();
        }

        assertThat(recorder.steps).hasSize(5);
        recorder.steps.values().forEach(step -> {
            Phases phases = step.phases().orElseThrow();
            assertThat(phases.data()
                            .plus(phases.forward())
                            .plus(phases.backward())
                            .plus(phases.reduction())
                            .plus(phases.optimizer())
                            .plus(phases.rest()))
                    .isEqualTo(step.duration());
            assertThat(phases.forward()).isPositive();
            assertThat(phases.backward()).isPositive();
            assertThat(phases.optimizer()).isPositive();
            assertThat(phases.rest()).isPositive();
            assertThat(phases.reduction()).isEqualTo(Duration.ZERO).isEqualTo(step.communication());
            assertThat((double) phases.data().toNanos() / step.duration().toNanos())
                    .isPositive()
                    .isEqualTo(step.dataShare(), within(1e-12));
        });
    }
}

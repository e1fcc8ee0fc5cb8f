package ai.flightmind.train;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.distributed.Ddp;
import ai.flightmind.train.distributed.World;
import ai.flightmind.train.optimizer.AdamW;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch_cuda;
import org.bytedeco.pytorch.global.torch_cuda.SyncDebugMode;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On a GPU: libtorch itself fails at whatever waits for the device. */
@Tag("gpu")
@Timeout(240)
class NoWaitingTest {
    @TempDir
    Path folder;

    @Test
    void aStepIsEnqueuedWholeBeforeAnythingOfItIsRead() {
        assumeTrue(Device.cudaDevices() > 0, "a CUDA GPU, and natives for it (-Pgpu)");
        try (TokenDataset data = TinyRun.data(folder);
                Gpt model = Gpt.create(TinyRun.config(), Device.cuda(0), seed(5));
                AdamW optimizer = new AdamW(model.parameters(), 0.1);
                World world = Ddp.singleProcess().connect(model.device())) {
            TrainerSettings settings = TinyRun.trainer(model, data)
                    .maxSteps(4)
                    .distributed(Ddp.singleProcess())
                    .settings();
            Watched rows = new Watched(StepRows.of(data.train(), settings.order()::rows, settings.plan()));
            TrainingStep step = new TrainingStep(
                    settings, rows, optimizer, world, world.reducer(model.trainedParameters()), () -> {});
            TrainingStep.Outcome first = step.run(0, 1e-3); // kernels and memory are set up here
            rows.strict = true;

            TrainingStep.Outcome second = step.run(1, 1e-3);

            assertThat(rows.watched).isTrue();
            assertThat(second.skipped()).isFalse();
            assertThat(second.loss()).isLessThan(first.loss() + 1);
        }
    }

    /** From a step's first rows on, until its update is enqueued and its positions are asked for. */
    private static final class Watched implements StepRows {
        private final StepRows rows;
        private boolean strict;
        private boolean watched;

        Watched(StepRows rows) {
            this.rows = rows;
        }

        @Override
        public Tensor rows(long step, int from, int count) {
            if (strict) {
                torch_cuda.warning_state().set_sync_debug_mode(SyncDebugMode.L_ERROR);
                watched = true;
            }
            return rows.rows(step, from, count);
        }

        @Override
        public long targets(long step) {
            return rows.targets(step);
        }

        @Override
        public double[] report() {
            return rows.report();
        }

        @Override
        public Map<String, List<Long>> positions(double[] agreed) {
            torch_cuda.warning_state().set_sync_debug_mode(SyncDebugMode.L_DISABLED);
            return rows.positions(agreed);
        }

        @Override
        public void close() {
            rows.close();
        }
    }
}

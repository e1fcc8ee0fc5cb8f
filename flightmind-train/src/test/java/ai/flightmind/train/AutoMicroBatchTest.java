package ai.flightmind.train;

import static ai.flightmind.train.Batches.batches;
import static ai.flightmind.train.Every.every;
import static ai.flightmind.train.MicroBatch.auto;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.flightmind.model.DeviceMemory;
import ai.flightmind.model.Gpt;
import ai.flightmind.train.callback.Evaluation;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.distributed.Ddp;
import ai.flightmind.train.distributed.World;
import ai.flightmind.train.error.CheckpointException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(120)
class AutoMicroBatchTest extends TinyData {
    private TokenDataset tokens;

    @BeforeEach
    void open() {
        tokens = TokenDataset.open(folder.resolve("data"));
    }

    @AfterEach
    void close() {
        tokens.close();
    }

    private Recorder run(Gpt model, long stopAfter, Consumer<Trainer.Builder> settings) {
        Recorder recorder = new Recorder(stopAfter);
        Trainer.Builder builder = TinyRun.trainer(model, tokens).maxSteps(6).callback(recorder);
        settings.accept(builder);
        try (Trainer trainer = builder.build()) {
            assertThat(trainer.run().steps()).isPositive();
        }
        return recorder;
    }

    private Recorder run(Consumer<Trainer.Builder> settings) {
        try (Gpt model = TinyRun.model()) {
            return run(model, Recorder.NEVER, settings);
        }
    }

    private static int search(TrainerSettings settings, StepMemory memory) {
        try (World world = Ddp.singleProcess().connect(settings.model().device())) {
            return new MicroBatchSearch(settings, memory).agreed(world);
        }
    }

    private static StepMemory withFree(TrainerSettings settings, long bytes) {
        return StepMemory.of(settings, new DeviceMemory(bytes, bytes));
    }

    @Test
    void runGivesTheLossesOfTheSameRunWithTheSizeThatWasFound() {
        Recorder found = run(trainer -> trainer.microBatchSize(auto()));

        int size = found.starts.get(0).microBatchSize();
        assertThat(size).isEqualTo(TinyRun.SEQUENCES_PER_STEP);
        assertThat(found.bits())
                .hasSize(6)
                .isEqualTo(run(trainer -> trainer.microBatchSize(size)).bits());
    }

    @Test
    void trialsLeaveNothingBehind() {
        try (Gpt model = TinyRun.model()) {
            TrainerSettings settings = TinyRun.trainer(model, tokens)
                    .maxSteps(6)
                    .microBatchSize(auto())
                    .settings();
            Map<String, ByteBuffer> before = TinyRun.weights(model);
            torch.manual_seed(3);

            assertThat(new TrialPass(settings).works(8, 0)).isTrue();
            long enoughButNotAmple = 2 * StepMemory.of(settings).neededBytes(8);
            assertThat(search(settings, withFree(settings, enoughButNotAmple))).isBetween(1, 8);

            assertThat(drawn()).isEqualTo(drawnAfterSeed());
            assertThat(TinyRun.weights(model)).isEqualTo(before);
            try (PointerScope scope = new PointerScope()) {
                assertThat(model.parameters().values())
                        .allSatisfy(
                                weight -> assertThat(weight.grad().defined()).isFalse());
            }
            assertThat(run(model, Recorder.NEVER, trainer -> {}).bits())
                    .isEqualTo(run(trainer -> {}).bits());
        }
    }

    private static ByteBuffer drawn() {
        try (PointerScope scope = new PointerScope()) {
            return TinyRun.bits(torch.rand(8));
        }
    }

    private static ByteBuffer drawnAfterSeed() {
        torch.manual_seed(3);
        return drawn();
    }

    @Test
    void whatFitsByTheEstimateGrowsWithMemoryUpToTheStepAndTheCpusLimit() {
        try (Gpt model = TinyRun.model()) {
            TrainerSettings settings = TinyRun.trainer(model, tokens)
                    .maxSteps(6)
                    .microBatchSize(auto())
                    .tokensPerStep(256 * (TinyRun.SEQUENCE_LENGTH - 1))
                    .settings();

            assertThat(search(settings, withFree(settings, 1_000_000))).isEqualTo(1); // less than it takes, yet a try
            assertThat(search(settings, withFree(settings, 1L << 40)))
                    .isEqualTo(MicroBatchSearch.CPU_TOKENS / TinyRun.SEQUENCE_LENGTH);
        }
    }

    @Test
    void smallestThatAnyRankFindsIsEveryones() {
        int port = Ranks.freePort();
        CompletableFuture<Integer> poor = CompletableFuture.supplyAsync(() -> searchAs(1, port, 1_000_000));
        int rich = searchAs(0, port, 1L << 40);

        assertThat(rich).isEqualTo(1).isEqualTo(poor.join());
    }

    private int searchAs(int rank, int port, long freeBytes) {
        Ddp ddp =
                Ddp.builder().rank(rank).worldSize(2).master("127.0.0.1", port).build();
        try (Gpt model = TinyRun.model();
                World world = ddp.connect(model.device())) {
            TrainerSettings settings = TinyRun.trainer(model, tokens)
                    .maxSteps(6)
                    .microBatchSize(auto())
                    .distributed(ddp)
                    .settings();
            return new MicroBatchSearch(settings, withFree(settings, freeBytes)).agreed(world);
        }
    }

    @Test
    void resumedRunKeepsItsStepsWhateverFits() {
        Checkpoints checkpoints = Checkpoints.in(folder.resolve("checkpoints")).every(1);
        try (Gpt model = TinyRun.model()) {
            assertThat(run(model, 2, trainer -> trainer.microBatchSize(2).checkpoints(checkpoints)).steps)
                    .hasSize(3);
        }

        Recorder resumed = run(trainer ->
                trainer.microBatchSize(auto()).checkpoints(checkpoints).resume(Resume.latest()));

        Recorder unbroken = run(trainer -> trainer.microBatchSize(2));
        assertThat(resumed.starts.get(0).microBatchSize()).isEqualTo(8);
        assertThat(resumed.steps.keySet()).containsExactly(3L, 4L, 5L);
        resumed.steps.forEach((number, step) -> assertThat(step.loss())
                .isCloseTo(Objects.requireNonNull(unbroken.steps.get(number)).loss(), withPercentage(0.01)));
        assertThatThrownBy(() -> run(trainer -> trainer.microBatchSize(auto())
                        .tokensPerStep(2 * TinyRun.TOKENS_PER_STEP)
                        .checkpoints(checkpoints)
                        .resume(Resume.latest())))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("number of sequences per step was 8; this run's is 16");
    }

    @Test
    void evaluationsAreOfTheSameSequencesWhateverFits() {
        Recorder found = run(trainer -> trainer.microBatchSize(auto())
                .tokensPerStep(2 * TinyRun.TOKENS_PER_STEP)
                .evaluation(every(100), batches(2)));
        Recorder byDefault = run(trainer -> trainer.microBatchSize(8)
                .tokensPerStep(2 * TinyRun.TOKENS_PER_STEP)
                .evaluation(every(100), batches(2)));

        assertThat(found.starts.get(0).microBatchSize()).isEqualTo(16);
        assertThat(found.evaluations).hasSize(1);
        assertThat(found.evaluations.get(0).sequences()).isEqualTo(16);
        assertThat(found.evaluations)
                .extracting(Evaluation::sequences)
                .isEqualTo(byDefault.evaluations.stream()
                        .map(Evaluation::sequences)
                        .toList());
        assertThat(found.evaluations.get(0).loss())
                .isCloseTo(byDefault.evaluations.get(0).loss(), withPercentage(0.01));
    }
}

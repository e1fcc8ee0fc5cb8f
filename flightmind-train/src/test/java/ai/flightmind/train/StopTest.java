package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.callback.MetricsFile;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.error.CallbackException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class StopTest {
    private static final int INTERRUPT_SIGNAL = 2;

    @TempDir
    Path folder;

    private final List<ChildJvm> children = new ArrayList<>();
    private Gpt model;
    private TokenDataset data;
    private Path checkpoints;

    @BeforeEach
    void open() {
        model = TinyRun.model();
        data = TinyRun.data(folder.resolve("data"));
        checkpoints = folder.resolve("checkpoints");
    }

    @AfterEach
    void close() {
        boolean ignored = Thread.interrupted();
        children.forEach(ChildJvm::close);
        model.close();
        data.close();
    }

    private ChildJvm start(String... more) {
        String[] arguments = Stream.concat(
                        Stream.of("data=" + folder.resolve("data"), "checkpoints=" + checkpoints, "every=1000000"),
                        Stream.of(more))
                .toArray(String[]::new);
        ChildJvm child = ChildJvm.start("", folder.resolve("errors.txt"), List.of(), SavingMain.class, arguments);
        children.add(child);
        return child;
    }

    @Test
    void sigtermEndsARunWithACheckpointOfItsLastStep() {
        ChildJvm child = start("maxSteps=1000000");
        child.awaitLine("step 3 ");
        assertThat(child.terminate()).isTrue();

        assertStoppedWellWith(143, child);
    }

    @Test
    void controlCEndsARunWithACheckpointOfItsLastStep() throws IOException, InterruptedException {
        assumeTrue(!interruptSignalIsIgnored(), "this process ignores SIGINT, and so would its children");
        ChildJvm child = start("maxSteps=1000000");
        child.awaitLine("step 3 ");
        new ProcessBuilder("bash", "-c", "kill -INT " + child.pid()).start().waitFor();

        assertStoppedWellWith(130, child);
    }

    private static boolean interruptSignalIsIgnored() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("SigIgn:"))
                .mapToLong(line -> Long.parseUnsignedLong(
                        line.substring("SigIgn:".length()).strip(), 16))
                .anyMatch(mask -> (mask & 1L << (INTERRUPT_SIGNAL - 1)) != 0);
    }

    private void assertStoppedWellWith(int exitCode, ChildJvm child) {
        assertThat(child.awaitExit()).as(child::describe).isEqualTo(exitCode);
        List<String> steps = child.lines("step ");
        String last = steps.get(steps.size() - 1);
        long lastStep = Long.parseLong(last.substring(0, last.indexOf(' ')));
        assertThat(child.lines("saved ")).containsExactly("" + lastStep);
        assertThat(child.lines("ended "))
                .as("what main prints after run()")
                .containsExactly("stopped " + (lastStep + 1));
        assertThat(checkpoints.resolve("step_" + lastStep + ".pt")).exists();

        ChildJvm next = start("maxSteps=" + (lastStep + 3));
        assertThat(next.awaitExit()).as(next::describe).isZero();
        assertThat(next.lines("start ")).containsExactly("" + (lastStep + 1));
        assertThat(next.lines("ended ")).containsExactly("completed " + (lastStep + 3));
    }

    @Test
    void exitInACallbackDoesNotHang() {
        ChildJvm child = start("maxSteps=1000000", "exitAt=2");

        assertThat(child.awaitExit()).as(child::describe).isEqualTo(7);
    }

    private Trainer.Builder settings() {
        return TinyRun.trainer(model, data).maxSteps(1_000_000).checkpoints(Checkpoints.in(checkpoints));
    }

    @Test
    void anInterruptStopsTheRunAndIsStillSetAfterwards() {
        MetricsFile metrics = new MetricsFile(folder.resolve("metrics.jsonl"));
        TrainingCallback interrupting = new TrainingCallback() {
            @Override
            public void onStep(Step step, StopRequest stop) {
                if (step.step() == 3) {
                    Thread.currentThread().interrupt();
                }
            }
        };
        try (Trainer trainer =
                settings().callback(interrupting).callback(metrics).build()) {
            TrainingResult result = trainer.run();

            assertThat(Thread.interrupted()).as("the interrupt").isTrue();
            assertThat(result.completed()).isFalse();
            assertThat(result.stopReason())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("interrupted"));
            assertThat(result.lastCheckpoint()).hasValue(checkpoints.resolve("step_3.pt"));
        }
        assertThat(folder.resolve("metrics.jsonl")).content().contains("\"step\":3");
        assertResumesAt(4);
    }

    @Test
    void interruptsAtAnyMomentAlsoDuringSavesLoseNoStep() {
        Thread training = Thread.currentThread();
        Recorder recorder = new Recorder();
        Thread interrupting = new Thread(() -> {
            for (int i = 0; i < 8; i++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                training.interrupt();
            }
        });
        TrainingCallback starting = new TrainingCallback() {
            @Override
            public void onStep(Step step, StopRequest stop) {
                if (step.step() == 2) {
                    interrupting.start();
                }
            }
        };
        try (Trainer trainer = settings()
                .checkpoints(Checkpoints.in(checkpoints).every(1))
                .callback(recorder)
                .callback(starting)
                .build()) {
            TrainingResult result = trainer.run();

            boolean flag = Thread.interrupted();
            waitUninterrupted(interrupting);
            assertThat(flag).as("the interrupt").isTrue();
            assertThat(recorder.notSaved).isEmpty();
            assertThat(result.completed()).isFalse();
            assertResumesAt(result.steps());
        }
    }

    @Test
    void anInterruptBeforeTheRunStopsItBeforeItsFirstStep() {
        Recorder recorder = new Recorder();
        try (Trainer trainer = settings().callback(recorder).build()) {
            Thread.currentThread().interrupt();
            TrainingResult result = trainer.run();

            assertThat(Thread.interrupted()).as("the interrupt").isTrue();
            assertThat(result.completed()).isFalse();
            assertThat(result.lastCheckpoint()).isEmpty();
            assertThat(recorder.steps).isEmpty();
        }
    }

    @Test
    void aCallbackMayAskForAStop() {
        Recorder recorder = new Recorder(2);
        try (Trainer trainer = settings().callback(recorder).build()) {
            TrainingResult result = trainer.run();

            assertThat(result.stopReason()).hasValue("the test asked");
            assertThat(result.steps()).isEqualTo(3);
            assertThat(recorder.ends).containsExactly(result);
            assertThat(recorder.errors).isEmpty();
        }
        assertResumesAt(3);
    }

    @Test
    void anyThreadMayAskForAStop() throws InterruptedException {
        Recorder recorder = new Recorder();
        try (Trainer trainer = settings().callback(recorder).build()) {
            Thread asking = new Thread(() -> trainer.requestStop("enough"));
            asking.start();
            TrainingResult result = trainer.run();
            asking.join();

            assertThat(result.stopReason()).hasValue("enough");
        }
    }

    private static final class Clumsy implements TrainingCallback {
        @Override
        public void onStep(Step step, StopRequest stop) {
            if (step.step() == 5) {
                throw new IllegalStateException("tripped");
            }
        }

        @Override
        public void onCheckpoint(CheckpointWritten checkpoint) {
            if (checkpoint.step() == 20) {
                throw new IllegalStateException("tripped");
            }
        }
    }

    @Test
    void aCallbackThatThrowsEndsTheRunAndItsStepsAreSaved() {
        Recorder recorder = new Recorder();
        try (Trainer trainer =
                settings().callback(new Clumsy()).callback(recorder).build()) {
            assertThatThrownBy(trainer::run)
                    .isInstanceOf(CallbackException.class)
                    .hasMessageContaining("Clumsy")
                    .hasMessageContaining("onStep")
                    .hasMessageContaining("tripped")
                    .hasCauseInstanceOf(IllegalStateException.class);
        }
        assertThat(recorder.errors).singleElement().isInstanceOf(CallbackException.class);
        assertThat(recorder.ends).isEmpty();
        assertThat(recorder.saved).containsExactly("step_5.pt");
        assertResumesAt(6);
    }

    /** It may still be interrupting this thread, which should not carry over to what the test does next. */
    private static void waitUninterrupted(Thread other) {
        while (other.isAlive()) {
            try {
                other.join();
            } catch (InterruptedException oneMore) {
                Thread.onSpinWait();
            }
        }
        boolean ignored = Thread.interrupted();
    }

    private void assertResumesAt(long step) {
        Recorder recorder = new Recorder(step);
        try (Gpt another = TinyRun.model();
                Trainer trainer = TinyRun.trainer(another, data)
                        .maxSteps(1_000_000)
                        .checkpoints(Checkpoints.in(checkpoints))
                        .resume(Resume.latest())
                        .callback(recorder)
                        .build()) {
            trainer.run();
        }
        assertThat(recorder.steps.keySet()).containsExactly(step);
    }
}

package ai.flightmind.vast.run;

import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A run under way. It works on a thread of its own, also when nobody calls anything here.
 *
 * <p>Closing it asks the program to save, brings the results home, destroys what is rented, and verifies that it is gone.
 * {@link #detach} leaves it instead: the program goes on, guarded on the machine itself by budget and deadline, until {@link
 * Runs#attach} joins it again. A program that dies without either leaves it in the same way. Thread-safe.
 */
public final class TrainingRun implements AutoCloseable {
    private static final String HOW_TO_REHEARSE = "To rehearse, these have to be on the class path: flightmind-vast"
            + " with the classifier \"tests\", com.squareup.okhttp3:mockwebserver3 and org.apache.sshd:sshd-core.";

    private final RunContext run;
    private final Journal journal;
    private final @Nullable RehearsalStage stage;
    private final CompletableFuture<RunReport> report = new CompletableFuture<>();
    private final Thread thread;

    private TrainingRun(RunContext run, Journal journal, @Nullable RehearsalStage stage) {
        this.run = run;
        this.journal = journal;
        this.stage = stage;
        this.thread = new Thread(this::work, "run-" + run.id());
    }

    static TrainingRun start(RunContext run, Journal journal, @Nullable RehearsalStage stage) {
        TrainingRun started = new TrainingRun(run, journal, stage);
        started.thread.setDaemon(true);
        started.thread.start();
        return started;
    }

    /**
     * Rehearses the plan on this machine, for nothing: the same run with a pretend marketplace, and directories of this
     * machine as instances.
     *
     * @throws IllegalStateException if what it takes is not on the class path; it says what
     */
    public static TrainingRun rehearse(RunPlan plan) {
        return rehearse(plan, Rehearsal.standard());
    }

    /** As {@link #rehearse(RunPlan)}, with what is to go wrong. */
    public static TrainingRun rehearse(RunPlan plan, Rehearsal rehearsal) {
        RehearsalStage.Provider provider = ServiceLoader.load(RehearsalStage.Provider.class)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(HOW_TO_REHEARSE));
        RehearsalStage stage = provider.open(plan, rehearsal);
        boolean started = false;
        try {
            TrainingRun run = stage.runs().start(stage.adapt(plan), stage);
            started = true;
            return run;
        } finally {
            if (!started) {
                stage.close();
            }
        }
    }

    /** To attach with, and part of the label of each of its instances. */
    public String id() {
        return run.id();
    }

    /**
     * What happens, as it does, with what has happened so far (its last 10,000 events) first. It ends with the run;
     * interrupting the reader ends it sooner.
     */
    public Stream<RunEvent> progress() {
        return run.events().stream();
    }

    /** Calls this for each event from now on, on threads of the run: be quick. */
    public void listen(Consumer<RunEvent> listener) {
        run.events().listen(listener);
    }

    /** Whether it has not ended yet. */
    public boolean isRunning() {
        return !report.isDone();
    }

    /** The report, once there is one. */
    public Optional<RunReport> report() {
        return report.isDone() ? Optional.of(report.join()) : Optional.empty();
    }

    /**
     * Waits until the run has ended, in whatever way; a run that fails has a report, too.
     *
     * @throws CancelledException if interrupted; the run goes on
     */
    public RunReport await() {
        try {
            return report.get();
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : new IllegalStateException(e.getCause());
        }
    }

    /** As {@link #await()}, for so long; empty if it still runs then. */
    public Optional<RunReport> await(java.time.Duration timeout) {
        try {
            return Optional.of(report.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            throw interrupted(e);
        } catch (ExecutionException e) {
            return Optional.of(await());
        }
    }

    /**
     * Shows the run's curves in the browser: starts TensorBoard on the machine that trains, and makes it reachable from this
     * one, as the guide's step 8 does by hand. TensorBoard has to be installed there, as by {@code pip install tensorboard}.
     *
     * @return which says the address; the caller closes it. It ends with its machine: after an interruption, ask again
     * @throws IllegalStateException if the run has no machine that trains now
     * @throws ai.flightmind.vast.error.SshException if there is no TensorBoard, or it does not start
     */
    public TensorBoardTunnel tensorBoard() {
        Machine machine = run.training()
                .orElseThrow(() -> new IllegalStateException(
                        "Run " + id() + " trains on no machine now: ask once it has told RunEvent.Training."));
        return TensorBoardTunnel.open(machine, Machine.WORK + "/" + run.plan().checkpointFolder());
    }

    private CancelledException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new CancelledException("Interrupted while waiting for run " + id() + ", which goes on.", false, e);
    }

    /** Asks the program to save and end; the results come home, and the instance is destroyed. Returns at once. */
    public void stop() {
        run.stop().ask(Outcome.STOPPED, "It was asked to stop.");
    }

    /**
     * Leaves the run to itself.
     *
     * @return its id, for {@link Runs#attach}
     */
    public String detach() {
        run.stop().ask(Outcome.LEFT, "It was left, and goes on. Join it with runs().attach(\"" + id() + "\").");
        joinThread();
        return id();
    }

    /** Ends the run, if it has not ended: as {@link #stop}, and waits. Interrupted meanwhile, it hurries: what is not home then
     * stays on its instance, which is stopped. */
    @Override
    public void close() {
        stop();
        joinThread();
        if (stage != null) {
            stage.close();
        }
    }

    private void joinThread() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
                run.stop().insist(Outcome.STOPPED, "It was closed, and the closing interrupted.");
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() {
        try {
            RunReport done;
            try {
                done = new RunLoop(run, journal).toTheEnd();
                run.tell(new RunEvent.Ended(done));
            } finally {
                run.events().end();
                journal.close();
            }
            // Last: whoever waits for it may attach at once.
            report.complete(done);
        } catch (RuntimeException | Error e) {
            report.completeExceptionally(e);
            throw e;
        }
    }
}

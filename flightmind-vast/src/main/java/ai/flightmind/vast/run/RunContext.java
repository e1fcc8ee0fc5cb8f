package ai.flightmind.vast.run;

import ai.flightmind.vast.error.AnswerException;
import ai.flightmind.vast.error.BadRequestException;
import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.NotFoundException;
import ai.flightmind.vast.error.RateLimitedException;
import ai.flightmind.vast.error.ServiceDownException;
import ai.flightmind.vast.error.TransportException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.RunReport.Outcome;
import ai.flightmind.vast.watch.MetricsLine;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What all parts of one run share. */
final class RunContext {
    private static final int ATTEMPTS = 30;

    private final String id;
    private final Cloud cloud;
    private final History history;
    private final EventLog events;
    private final StopRequest stop = new StopRequest();
    private final GuideClock clock;
    private final TrainingProgress progress;
    private final String token = UUID.randomUUID().toString();
    private volatile @Nullable Machine training;

    RunContext(String id, Cloud cloud, History history, EventLog events) {
        this.id = id;
        this.cloud = cloud;
        this.history = history;
        this.events = events;
        this.clock = new GuideClock(cloud.time(), events, history);
        this.progress = new TrainingProgress(history.plan().workload().tokens());
    }

    /** Its name and its own letters; part of the label of each of its instances. */
    String id() {
        return id;
    }

    /** Written on the machine by whoever looks after it. */
    String token() {
        return token;
    }

    Cloud cloud() {
        return cloud;
    }

    History history() {
        return history;
    }

    /** The machine that trains now. */
    Optional<Machine> training() {
        return Optional.ofNullable(training);
    }

    void training(@Nullable Machine machine) {
        training = machine;
    }

    RunPlan plan() {
        return history.plan();
    }

    StopRequest stop() {
        return stop;
    }

    GuideClock clock() {
        return clock;
    }

    TrainingProgress progress() {
        return progress;
    }

    EventLog events() {
        return events;
    }

    Instant now() {
        return cloud.now();
    }

    double dollars() {
        return history.dollars(now());
    }

    double diskGb() {
        return plan().diskGb() * history.diskFactor();
    }

    void tell(RunEvent event) {
        events.tell(event);
    }

    void warn(String message) {
        events.tell(new RunEvent.Warning(message));
    }

    /** A line of the program's metrics. When it resumes it does some steps again: they are no news. */
    synchronized void metricsLine(String line) {
        MetricsLine.parse(line).ifPresent(metrics -> {
            if (metrics.step() > progress.lastStep()) {
                progress.at(metrics);
                tell(new RunEvent.Step(metrics));
            }
        });
    }

    /** One polling interval. */
    void pause() {
        pause(plan().patience().poll());
    }

    void pause(Duration duration) {
        stop.sleep(cloud.time(), duration);
    }

    /** Asks the service again while it does not answer, for a bounded time. */
    <T> T insist(String what, Supplier<T> call) {
        for (int attempt = 1; ; attempt++) {
            stop.check();
            try {
                return call.get();
            } catch (AnswerException | TransportException | DataException e) {
                if (!mayPass(e)) {
                    throw e;
                }
                if (attempt >= ATTEMPTS) {
                    throw new RunEnd(
                            Outcome.FAILED,
                            what + " failed " + attempt + " times; the service does not answer: " + e.getMessage(),
                            e);
                }
                warn(what + " failed, and is tried again: " + e.getMessage());
                pause();
            }
        }
    }

    /**
     * What the service says of a machine; null while it says nothing.
     *
     * @throws MachineLost if it knows it no more
     */
    @Nullable
    Instance lookAt(long instanceId) {
        try {
            return cloud.instances().get(instanceId);
        } catch (NotFoundException e) {
            throw new MachineLost("The service knows it no more.", e);
        } catch (VastException e) {
            if (!mayPass(e)) {
                throw e;
            }
            return null;
        }
    }

    /** {@code success: false} with status 200, to a question that has nothing wrong with it. */
    private static boolean isPoliteNo(VastException e) {
        return e instanceof BadRequestException no && no.status() == 200;
    }

    /** Whether asking again may help. */
    static boolean mayPass(VastException e) {
        return e instanceof ServiceDownException
                || e instanceof TransportException
                || e instanceof RateLimitedException
                || e instanceof DataException
                || isPoliteNo(e);
    }
}

package ai.flightmind.vast.rental;

import ai.flightmind.vast.error.InstanceNotReadyException;
import ai.flightmind.vast.error.NotFoundException;
import ai.flightmind.vast.error.RateLimitedException;
import ai.flightmind.vast.error.ServiceDownException;
import ai.flightmind.vast.error.TransportException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.http.Transport;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceStatus;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Polls an instance until it is ready, and gives up at once where waiting cannot help. */
final class Waiting {
    /** A new instance may not be listed at once. */
    private static final Duration UNSEEN = Duration.ofSeconds(60);

    private final Transport transport;
    private final LongFunction<Instance> get;
    private final Duration poll;

    Waiting(Transport transport, LongFunction<Instance> get, Duration poll) {
        this.transport = transport;
        this.get = get;
        this.poll = poll;
    }

    Instance until(long id, Duration timeout, Predicate<Instance> ready) {
        long start = transport.time().nanoTime();
        Instance last = null;
        VastException trouble = null;
        while (true) {
            Duration waited = Duration.ofNanos(transport.time().nanoTime() - start);
            try {
                last = get.apply(id);
                trouble = null;
                String failure = failure(last);
                if (failure != null) {
                    throw new InstanceNotReadyException(
                            "Instance " + id + " will not run: " + failure
                                    + " It bills until destroyed; destroy it and take another machine.",
                            id,
                            word(last),
                            false,
                            null);
                }
                if (last.isRunning() && ready.test(last)) {
                    return last;
                }
            } catch (NotFoundException e) {
                if (last != null || waited.compareTo(UNSEEN) > 0) {
                    throw e;
                }
            } catch (ServiceDownException | TransportException | RateLimitedException e) {
                trouble = e;
            }
            if (waited.compareTo(timeout) >= 0) {
                throw new InstanceNotReadyException(
                        "Instance " + id + " was not ready after " + timeout.toSeconds() + " s; it is "
                                + (last == null ? "not seen" : state(last)) + ". It bills until destroyed.",
                        id,
                        last == null ? null : word(last),
                        true,
                        trouble);
            }
            Duration left = timeout.minus(waited);
            transport.sleep(left.compareTo(poll) < 0 ? left : poll, "Waiting for instance " + id);
        }
    }

    /** Why waiting cannot help; null if it can. */
    private @Nullable String failure(Instance instance) {
        InstanceStatus status = instance.status();
        if (status != null && status.isLost()) {
            return "it is " + state(instance) + ".";
        }
        if (instance.isHalted()) {
            return Boolean.TRUE.equals(instance.bid())
                    ? "it is stopped: outbid, or the bid was too low."
                    : "it is stopped: out of credit, expired, or stopped by someone.";
        }
        String said = instance.statusMessage();
        if (said != null
                && !instance.isRunning()
                && said.toLowerCase(Locale.ROOT).contains("oci runtime create failed")) {
            return "its host cannot start containers (" + transport.redact(said) + ").";
        }
        return null;
    }

    private String state(Instance instance) {
        String said = instance.statusMessage();
        return (word(instance) == null ? "being prepared" : word(instance))
                + (said == null || said.isBlank() ? "" : " (" + transport.redact(said) + ")");
    }

    private static @Nullable String word(Instance instance) {
        InstanceStatus status = instance.status();
        return status == null ? null : status.value();
    }
}

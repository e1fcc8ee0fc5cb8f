package ai.flightmind.vast.rental;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.ServiceDownException;
import ai.flightmind.vast.error.TransportException;
import ai.flightmind.vast.error.UnclearRentalException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.http.Transport;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceFilter;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds out what became of a rental, by its label. */
final class Aftermath {
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);

    private final Transport transport;
    private final Listing listing;
    private final Destruction destruction;

    Aftermath(Transport transport, Listing listing, Destruction destruction) {
        this.transport = transport;
        this.listing = listing;
        this.destruction = destruction;
    }

    /**
     * Looks again and again, since the service may still be at work on a request whose connection broke.
     *
     * @return the instance; null if the last look, after all of that time, showed none
     * @throws UnclearRentalException if the last look failed
     */
    @Nullable
    Instance find(String label, Duration lookFor, VastException cause) {
        long start = transport.time().nanoTime();
        Duration wait = FIRST_WAIT;
        while (true) {
            transport.sleep(wait, "The search for " + label);
            boolean last = transport.time().nanoTime() - start >= lookFor.toNanos();
            try {
                Instance found = look(label, cause);
                if (found != null || last) {
                    return found;
                }
            } catch (UnclearRentalException e) {
                throw e;
            } catch (VastException e) {
                if (last) {
                    e.addSuppressed(cause);
                    throw new UnclearRentalException(
                            "It is not known whether a machine was rented, and it may bill: " + e.getMessage()
                                    + " Sweep the label " + label + " once the service answers.",
                            label,
                            List.of(),
                            e);
                }
            }
            wait = wait.multipliedBy(2);
        }
    }

    VastException nothingRented(VastException cause, String label) {
        String message = cause.getMessage() + " Nothing was rented: no instance came to carry the label " + label + ".";
        if (cause instanceof TransportException) {
            return new TransportException(message, true, cause);
        }
        if (cause instanceof ServiceDownException down) {
            ServiceDownException told = new ServiceDownException(message, down.status(), down.code());
            told.addSuppressed(cause);
            return told;
        }
        return cause instanceof DataException data ? new DataException(message, data.jsonPath(), cause) : cause;
    }

    void destroyOrTell(long id, String label, VastException cause) {
        try {
            destruction.destroy(id);
        } catch (VastException e) {
            e.addSuppressed(cause);
            throw new UnclearRentalException(
                    "Instance " + id + " is rented, unwanted, and could not be destroyed; it bills: " + e.getMessage()
                            + " Destroy it, or sweep the label " + label + ".",
                    label,
                    List.of(id),
                    e);
        }
    }

    /** Reads the whole list: a filter of the service's that fails must not look like "not rented". */
    private @Nullable Instance look(String label, VastException cause) {
        List<Instance> found = listing.read(InstanceFilter.all()).stream()
                .filter(instance -> label.equals(instance.label()))
                .toList();
        for (Instance extra : found.subList(Math.min(1, found.size()), found.size())) {
            destroyOrTell(extra.id(), label, cause);
        }
        return found.isEmpty() ? null : found.get(0);
    }
}

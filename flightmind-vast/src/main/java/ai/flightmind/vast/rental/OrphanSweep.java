package ai.flightmind.vast.rental;

import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.http.Timeline;
import ai.flightmind.vast.instance.Instance;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Finds instances that rentals of this library left behind, by their labels. Other programs of the account may use the
 * library, too: narrow the search, or look at {@link #find()} before {@link #destroy()}. Immutable: each method gives a new
 * one.
 */
public final class OrphanSweep {
    private final Instances instances;
    private final Timeline time;
    private final Predicate<Instance> wanted;

    /** Made by the client. */
    public OrphanSweep(Instances instances, Timeline time) {
        this(instances, time, instance -> RentalLabel.name(instance.label()).isPresent());
    }

    private OrphanSweep(Instances instances, Timeline time, Predicate<Instance> wanted) {
        this.instances = instances;
        this.time = time;
        this.wanted = wanted;
    }

    /** Only rentals whose spec had this label. */
    public OrphanSweep named(String name) {
        return and(instance -> RentalLabel.name(instance.label()).equals(Optional.of(name)));
    }

    /** Only the rental of that whole label, as an unclear rental tells it. */
    public OrphanSweep labelled(String label) {
        return and(instance -> label.equals(instance.label()));
    }

    /** Not these: they are known and in use. */
    public OrphanSweep except(Collection<Long> ids) {
        List<Long> known = List.copyOf(ids);
        return and(instance -> !known.contains(instance.id()));
    }

    /** Only what was rented so long ago. Instances without a start are left out. */
    public OrphanSweep olderThan(Duration age) {
        return and(instance -> {
            Instant start = instance.startedAt();
            return start != null && start.isBefore(time.now().minus(age));
        });
    }

    /** What there is, without touching it. */
    public List<Instance> find() {
        return instances.list().stream().filter(wanted).toList();
    }

    /** Destroys what {@link #find()} finds now, each by itself, and tells of each. */
    public Swept destroy() {
        List<Instance> destroyed = new ArrayList<>();
        Map<Instance, VastException> left = new LinkedHashMap<>();
        for (Instance orphan : find()) {
            try {
                instances.destroy(orphan.id());
                destroyed.add(orphan);
            } catch (VastException e) {
                left.put(orphan, e);
            }
            if (Thread.currentThread().isInterrupted()) {
                break;
            }
        }
        return new Swept(List.copyOf(destroyed), Map.copyOf(left));
    }

    /**
     * What a sweep did.
     *
     * @param left could not be destroyed, and bill on
     */
    public record Swept(List<Instance> destroyed, Map<Instance, VastException> left) {}

    private OrphanSweep and(Predicate<Instance> more) {
        return new OrphanSweep(instances, time, wanted.and(more));
    }
}

package ai.flightmind.vast.run;

import ai.flightmind.vast.json.JsonFields;
import ai.flightmind.vast.plan.PlanJson;
import ai.flightmind.vast.plan.RunPlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where a run stands: its journal, read from the beginning. Each change is in the journal first. Thread-safe. */
final class History {
    private final Journal journal;
    private final Map<Long, RentalRecord> rentals = new LinkedHashMap<>();
    private final Map<String, SafeFile> safe = new LinkedHashMap<>();
    private final Set<Long> excluded = new HashSet<>();
    private final Set<Long> dryRunDone = new HashSet<>();
    private final List<String> troubles = new ArrayList<>();
    private @Nullable RunPlan plan;
    private @Nullable Instant started;
    private @Nullable RentalRecord renting;
    private @Nullable String outcome;
    private final Set<Long> trained = new HashSet<>();
    private int interruptions;
    private int shortfalls;
    private double diskFactor = 1;

    private History(Journal journal) {
        this.journal = journal;
    }

    static History begin(Journal journal, RunPlan plan, Instant now) {
        History history = new History(journal);
        history.tell("planned", now, Map.of("plan", PlanJson.write(plan)));
        // The plan itself, not what was read back: it may hold an open bucket.
        history.plan = plan;
        return history;
    }

    static History read(Journal journal) {
        History history = new History(journal);
        journal.entries().forEach(history::apply);
        return history;
    }

    synchronized RunPlan plan() {
        if (plan == null) {
            throw new IllegalStateException(
                    "The journal of run " + journal.id() + " holds no plan; it was never started.");
        }
        return plan;
    }

    synchronized Instant started() {
        return started == null ? Instant.EPOCH : started;
    }

    synchronized List<RentalRecord> rentals() {
        return List.copyOf(rentals.values());
    }

    synchronized Optional<RentalRecord> open() {
        return rentals.values().stream().filter(RentalRecord::isOpen).findFirst();
    }

    /** A rental that was asked for, and of which it is not known what became. */
    synchronized Optional<RentalRecord> renting() {
        return Optional.ofNullable(renting);
    }

    synchronized List<SafeFile> safe() {
        return List.copyOf(safe.values());
    }

    synchronized Optional<SafeFile> safe(String name) {
        return Optional.ofNullable(safe.get(name));
    }

    synchronized boolean isExcluded(@Nullable Long machineId) {
        return machineId != null && excluded.contains(machineId);
    }

    synchronized boolean isDryRunDone() {
        return !dryRunDone.isEmpty();
    }

    /** Whether there may be results on it. */
    synchronized boolean hasTrained(long instanceId) {
        return trained.contains(instanceId);
    }

    synchronized Optional<String> outcome() {
        return Optional.ofNullable(outcome);
    }

    synchronized int interruptions() {
        return interruptions;
    }

    synchronized int shortfalls() {
        return shortfalls;
    }

    /** By how much more disk is rented than planned, after one was full. */
    synchronized double diskFactor() {
        return diskFactor;
    }

    synchronized List<String> troubles() {
        return List.copyOf(troubles);
    }

    /** All machines so far. */
    synchronized double dollars(Instant now) {
        double dollars =
                rentals.values().stream().mapToDouble(r -> r.dollars(now)).sum();
        return renting == null ? dollars : dollars + renting.dollars(now);
    }

    synchronized double dollarsPerHour() {
        double open = rentals.values().stream()
                .filter(RentalRecord::isOpen)
                .mapToDouble(RentalRecord::dollarsPerHour)
                .sum();
        return renting == null ? open : open + renting.dollarsPerHour();
    }

    synchronized double gpuHours(Instant now) {
        return rentals.values().stream()
                .mapToDouble(r -> r.hours(now) * r.gpus())
                .sum();
    }

    void renting(RentalRecord wanted) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("machine", wanted.machineId());
        fields.put("gpu", wanted.gpuName());
        fields.put("gpus", (long) wanted.gpus());
        fields.put("price", wanted.dollarsPerHour());
        tell("renting", wanted.from(), fields);
    }

    void notRented(Instant now, String why) {
        tell("not_rented", now, Map.of("why", why));
    }

    void rented(Instant now, long instanceId) {
        tell("rented", now, Map.of("instance", instanceId));
    }

    /** What the service itself says that it costs. */
    void priced(Instant now, long instanceId, double dollarsPerHour) {
        tell("priced", now, Map.of("instance", instanceId, "price", dollarsPerHour));
    }

    void gone(Instant now, long instanceId, String how) {
        tell("gone", now, Map.of("instance", instanceId, "how", how));
    }

    void fellShort(Instant now, long instanceId, String why) {
        tell("fell_short", now, Map.of("instance", instanceId, "why", why));
    }

    void interrupted(Instant now, long instanceId, String why) {
        tell("interrupted", now, Map.of("instance", instanceId, "why", why));
    }

    void diskFull(Instant now) {
        tell("disk_full", now, Map.of());
    }

    void dryRunDone(Instant now, long instanceId, String summary) {
        tell("dry_run", now, Map.of("instance", instanceId, "summary", summary));
    }

    void training(Instant now, long instanceId, long fromStep) {
        tell("training", now, Map.of("instance", instanceId, "from_step", fromStep));
    }

    void safe(Instant now, SafeFile file) {
        tell("safe", now, file.toJson());
    }

    /** A newer one has replaced it. */
    void forgotten(Instant now, String name) {
        tell("forgotten", now, Map.of("name", name));
    }

    void trouble(Instant now, String what) {
        tell("trouble", now, Map.of("what", what));
    }

    void ended(Instant now, String how) {
        tell("ended", now, Map.of("outcome", how));
    }

    private synchronized void tell(String type, Instant at, Map<String, ?> fields) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("type", type);
        entry.put("at", at.toEpochMilli());
        entry.putAll(fields);
        journal.write(entry);
        apply(entry);
    }

    private synchronized void apply(Map<?, ?> entry) {
        JsonFields json = JsonFields.of(entry, "$");
        Instant at = Instant.ofEpochMilli(json.required("at", json.whole("at")));
        Long named = json.whole("instance");
        long instance = named == null ? -1 : named;
        switch (String.valueOf(json.text("type"))) {
            case "planned" -> {
                started = at;
                JsonFields written = json.object("plan");
                if (written != null && plan == null) {
                    plan = PlanJson.read(written.asMap());
                }
            }
            case "renting" ->
                renting = new RentalRecord(
                        -1,
                        json.required("machine", json.whole("machine")),
                        String.valueOf(json.text("gpu")),
                        json.required("gpus", json.count("gpus")),
                        json.required("price", json.number("price")),
                        at,
                        null,
                        "");
            case "not_rented" -> renting = null;
            case "rented" -> {
                RentalRecord wanted = renting;
                if (wanted == null) {
                    throw new IllegalStateException("The journal tells of instance " + instance + " out of nowhere");
                }
                rentals.put(instance, wanted.as(instance));
                renting = null;
            }
            case "priced" -> rentals.computeIfPresent(instance, (id, r) -> priced(r, json));
            case "gone" ->
                rentals.computeIfPresent(instance, (id, r) -> r.isOpen() ? r.ended(at, how(json, "how")) : r);
            case "fell_short" -> {
                shortfalls++;
                exclude(instance);
                troubles.add("Instance " + instance + " fell short: " + how(json, "why"));
            }
            case "interrupted" -> {
                interruptions++;
                exclude(instance);
                troubles.add("Instance " + instance + " was lost: " + how(json, "why"));
            }
            case "training" -> trained.add(instance);
            case "disk_full" -> diskFactor *= 2;
            case "dry_run" -> dryRunDone.add(instance);
            case "safe" -> {
                SafeFile file = SafeFile.fromJson(json);
                safe.put(file.name(), file);
            }
            case "forgotten" -> safe.remove(how(json, "name"));
            case "trouble" -> troubles.add(how(json, "what"));
            case "ended" -> outcome = how(json, "outcome");
            default -> {
                // A later version's entry: what it tells is nothing that this one acts on.
            }
        }
    }

    private static RentalRecord priced(RentalRecord r, JsonFields json) {
        double price = json.required("price", json.number("price"));
        return new RentalRecord(
                r.instanceId(), r.machineId(), r.gpuName(), r.gpus(), price, r.from(), r.until(), r.end());
    }

    private void exclude(long instance) {
        RentalRecord rental = rentals.get(instance);
        if (rental != null) {
            excluded.add(rental.machineId());
        }
    }

    private static String how(JsonFields json, String name) {
        return String.valueOf(json.text(name));
    }
}

package ai.flightmind.vast.run;

import ai.flightmind.vast.json.JsonFields;
import ai.flightmind.vast.plan.PlanJson;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.RentalRecord.Halt;
import ai.flightmind.vast.run.RunReport.GuideRow;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a run stands: its journal, read from the beginning. Each change is in the journal first; while that cannot be
 * written, nothing more is rented. Thread-safe.
 */
final class History {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);
    /** Entries without which the next thing must not happen. */
    private static final Set<String> MONEY = Set.of("planned", "renting");

    private final Journal journal;
    private final Map<Long, RentalRecord> rentals = new LinkedHashMap<>();
    private final Map<String, SafeFile> safe = new LinkedHashMap<>();
    private final Set<Long> excluded = new HashSet<>();
    private final Set<Long> dryRunDone = new HashSet<>();
    private final List<String> troubles = new ArrayList<>();
    private @Nullable RunPlan plan;
    private @Nullable Instant started;
    private @Nullable RentalRecord renting;
    private final Map<GuideStep, GuideRow> guide = new EnumMap<>(GuideStep.class);
    private @Nullable Ended ended;
    private final Set<Long> trained = new HashSet<>();
    private int interruptions;
    private int shortfalls;
    private double diskFactor = 1;
    private Instant lastTold = Instant.EPOCH;
    private boolean journalBroken;

    private History(Journal journal) {
        this.journal = journal;
    }

    static History begin(Journal journal, RunPlan plan, Instant now) {
        History history = new History(journal);
        // The plan itself, not what is read back: it may hold an open bucket, whose key is known here alone.
        history.plan = plan;
        history.tell("planned", now, Map.of("plan", PlanJson.write(plan)));
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

    /** When somebody last wrote that something happened. */
    synchronized Instant lastTold() {
        return lastTold;
    }

    synchronized List<RentalRecord> rentals() {
        return List.copyOf(rentals.values());
    }

    /** The machine that is worked with: the last one. An earlier one is open, too, if it could not be destroyed. */
    synchronized Optional<RentalRecord> open() {
        return rentals.values().stream().filter(RentalRecord::isOpen).reduce((earlier, later) -> later);
    }

    synchronized boolean knows(long instanceId) {
        return rentals.containsKey(instanceId);
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

    /** How and when it ended, if it has. */
    record Ended(Instant at, Outcome outcome, String summary) {}

    synchronized Optional<Ended> ended() {
        return Optional.ofNullable(ended);
    }

    /** How the guide's steps went, whoever did them. */
    synchronized List<GuideRow> guide() {
        return Stream.of(GuideStep.values())
                .map(step -> guide.getOrDefault(step, new GuideRow(step, "not reached", Duration.ZERO, 0)))
                .toList();
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

    void halted(Instant now, long instanceId, Halt halt) {
        tell(
                "halted",
                now,
                Map.of(
                        "instance",
                        instanceId,
                        "from",
                        halt.from().toEpochMilli(),
                        "until",
                        halt.until().toEpochMilli(),
                        "price",
                        halt.dollarsPerHour()));
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

    void step(Instant now, GuideStep step, String outcome, Duration took) {
        tell("step", now, Map.of("step", step.name(), "outcome", outcome, "millis", took.toMillis()));
    }

    void ended(Instant now, Outcome outcome, String summary) {
        tell("ended", now, Map.of("outcome", outcome.name(), "summary", summary));
    }

    private synchronized void tell(String type, Instant at, Map<String, ?> fields) {
        Map<String, @Nullable Object> entry = new LinkedHashMap<>();
        entry.put("type", type);
        entry.put("at", at.toEpochMilli());
        entry.putAll(fields);
        try {
            journal.write(entry);
        } catch (UncheckedIOException e) {
            if (MONEY.contains(type)) {
                throw e;
            }
            // A disk that is full here is no reason to leave a machine billing: what is rented is seen to its end.
            if (!journalBroken) {
                journalBroken = true;
                LOG.error("The run goes on without its journal", e);
                troubles.add(e.getMessage() + " What is rented is seen to its end; attaching may not know all of it.");
            }
        }
        apply(entry);
    }

    private synchronized void apply(Map<?, ?> entry) {
        JsonFields json = JsonFields.of(entry, "$");
        Instant at = instant(json, "at");
        lastTold = at;
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
                renting = RentalRecord.wanted(
                        json.required("machine", json.whole("machine")),
                        String.valueOf(json.text("gpu")),
                        json.required("gpus", json.count("gpus")),
                        json.required("price", json.number("price")),
                        at);
            case "not_rented" -> renting = null;
            case "rented" -> {
                RentalRecord wanted = renting;
                if (wanted == null) {
                    throw new IllegalStateException("The journal tells of instance " + instance + " out of nowhere");
                }
                rentals.put(instance, wanted.as(instance));
                renting = null;
            }
            case "priced" ->
                rentals.computeIfPresent(instance, (id, r) -> r.priced(json.required("price", json.number("price"))));
            case "halted" -> rentals.computeIfPresent(instance, (id, r) -> r.halted(halt(json)));
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
            case "step" -> step(json);
            case "ended" -> ended = new Ended(at, Outcome.valueOf(how(json, "outcome")), how(json, "summary"));
            default -> {
                // A later version's entry: what it tells is nothing that this one acts on.
            }
        }
    }

    private void step(JsonFields json) {
        GuideStep step = GuideStep.valueOf(how(json, "step"));
        Duration took = Duration.ofMillis(json.required("millis", json.whole("millis")));
        GuideRow before = guide.getOrDefault(step, new GuideRow(step, "", Duration.ZERO, 0));
        guide.put(step, new GuideRow(step, how(json, "outcome"), before.took().plus(took), before.times() + 1));
    }

    private static Halt halt(JsonFields json) {
        return new Halt(instant(json, "from"), instant(json, "until"), json.required("price", json.number("price")));
    }

    private static Instant instant(JsonFields json, String name) {
        return Instant.ofEpochMilli(json.required(name, json.whole(name)));
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

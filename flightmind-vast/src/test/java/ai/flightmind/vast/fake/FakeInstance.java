package ai.flightmind.vast.fake;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A rental of the fake marketplace, living or ended. */
public final class FakeInstance {
    private static final Duration PROVISIONED = Duration.ofSeconds(5);
    private static final Duration CREATED = Duration.ofSeconds(10);
    private static final Duration LOADED = Duration.ofSeconds(50);
    private static final double MS_PER_HOUR = 3_600_000;
    private static final Duration DEAD = Duration.ofSeconds(170);

    private final long id;
    private final FakeOffer offer;
    private final Map<?, ?> request;
    private final Instant start;
    private volatile boolean halted;
    private @Nullable Instant haltedSince;
    private Duration haltedFor = Duration.ZERO;
    private volatile @Nullable String forced;
    private @Nullable String label;
    private @Nullable Double bid;
    private volatile @Nullable Instant end;

    FakeInstance(long id, FakeOffer offer, Map<?, ?> request, Instant start, boolean halted) {
        this.id = id;
        this.offer = offer;
        this.request = request;
        this.start = start;
        this.halted = halted;
        this.haltedSince = halted ? start : null;
        this.label = request.get("label") instanceof String text ? text : null;
        this.bid = request.get("price") instanceof Number price ? price.doubleValue() : null;
    }

    public long id() {
        return id;
    }

    public long offerId() {
        return offer.id();
    }

    public @Nullable String label() {
        return label;
    }

    /** Opens this instance's own state and nothing else, as the service puts it into the container. */
    public String key() {
        return "instance-key-of-" + id;
    }

    /** What it was told to run at its start; empty for nothing. */
    public String onstart() {
        return request.get("onstart") instanceof String script ? script : "";
    }

    /** The disk that was ordered. */
    public double diskGb() {
        return request.get("disk") instanceof Number disk ? disk.doubleValue() : 10;
    }

    /** Whether its container runs. */
    public boolean isUp(Instant now) {
        return end == null && !isStopped(now) && "running".equals(status(Duration.between(start, now)));
    }

    public Instant start() {
        return start;
    }

    /** When it was destroyed; null while it bills. */
    public @Nullable Instant end() {
        return end;
    }

    public boolean isRented() {
        return end == null;
    }

    void destroy(Instant now) {
        if (end == null) {
            end = now;
        }
    }

    void halt(boolean halt, Instant now) {
        haltedFor = haltedFor(now);
        haltedSince = halt ? now : null;
        halted = halt;
    }

    private Duration haltedFor(Instant now) {
        return haltedSince == null ? haltedFor : haltedFor.plus(Duration.between(haltedSince, now));
    }

    /** From now on its container is that, as {@code exited}. */
    void force(String status) {
        forced = status;
    }

    /** One line of the charges. */
    Map<String, @Nullable Object> charge(Instant now) {
        Instant until = end == null ? now : end;
        Duration there = Duration.between(start, until);
        double gpuHours = there.minus(haltedFor(until)).toMillis() / MS_PER_HOUR;
        double diskHours = there.toMillis() / MS_PER_HOUR;
        Map<String, @Nullable Object> charge = new LinkedHashMap<>();
        charge.put("type", "instance");
        charge.put("source", "instance-" + id);
        charge.put("description", "Instance " + id + ", " + offer.gpus() + "x " + offer.gpuName());
        charge.put("amount", gpuHours * offer.dollarsPerHour() + diskHours * FakeOffer.diskPerHour(diskGb()));
        charge.put("start", start.toEpochMilli() / 1000.0);
        charge.put("end", until.toEpochMilli() / 1000.0);
        return charge;
    }

    void label(String text) {
        label = text;
    }

    void bid(@Nullable Double price) {
        bid = price == null ? offer.minBid() : price;
    }

    Map<String, @Nullable Object> row(Instant now) {
        Duration age = Duration.between(start, now);
        String status = status(age);
        boolean stopped = isStopped(now);
        boolean running = "running".equals(status) && !stopped;
        Map<String, @Nullable Object> row = new LinkedHashMap<>(offer.row(8));
        row.put("id", id);
        row.put("label", label);
        row.put("actual_status", stopped ? "stopped" : status);
        row.put("cur_state", stopped ? "stopped" : "running");
        row.put("next_state", stopped ? "stopped" : "running");
        row.put("intended_status", stopped ? "stopped" : "running");
        row.put("status_msg", message(status));
        row.put("is_bid", bid != null);
        row.put("image_uuid", request.get("image"));
        row.put("image_runtype", request.get("runtype"));
        row.put("image_args", List.of());
        row.put("extra_env", env());
        row.put("disk_space", request.get("disk"));
        row.put("start_date", start.toEpochMilli() / 1000.0);
        row.put("end_date", start.plus(Duration.ofDays(30)).toEpochMilli() / 1000.0);
        row.put("ssh_host", running ? "ssh5.vast.ai" : null);
        row.put("ssh_port", running ? 12_344 : null);
        row.put("ssh_idx", "5");
        row.put(
                "ports",
                running ? Map.of("22/tcp", List.of(Map.of("HostIp", "0.0.0.0", "HostPort", offer.sshPort()))) : null);
        row.put("gpu_util", running ? 0.0 : null);
        row.put("gpu_temp", running ? 34.0 : null);
        row.put("disk_usage", -1);
        row.put("jupyter_token", "jupyter-token-of-" + id);
        row.put("volume_info", List.of());
        return row;
    }

    private boolean isStopped(Instant now) {
        return halted
                || (offer.fate() == Fate.OUTBID && Duration.between(start, now).compareTo(CREATED) > 0);
    }

    private @Nullable String status(Duration age) {
        if (forced != null) {
            return forced;
        }
        if (age.compareTo(PROVISIONED) < 0) {
            return null;
        }
        if (age.compareTo(CREATED) < 0 || offer.fate() == Fate.CANNOT_START) {
            return "created";
        }
        if (offer.fate() == Fate.OFFLINE) {
            return "offline";
        }
        if (age.compareTo(LOADED) < 0 || offer.fate() == Fate.STAYS_LOADING) {
            return "loading";
        }
        return offer.fate() == Fate.EXITS && age.compareTo(DEAD) > 0 ? "exited" : "running";
    }

    private @Nullable String message(@Nullable String status) {
        if (status == null) {
            return null;
        }
        if (offer.fate() == Fate.CANNOT_START) {
            return "Error response from daemon: OCI runtime create failed: no such device";
        }
        return status.equals("running") ? "success, running " + request.get("image") + "/ssh" : "loading layers";
    }

    private List<List<Object>> env() {
        List<List<Object>> env = new ArrayList<>();
        if (request.get("env") instanceof Map<?, ?> map) {
            map.forEach((key, value) -> env.add(List.of(key, value)));
        }
        return env;
    }
}

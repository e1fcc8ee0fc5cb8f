package ai.flightmind.vast.offer;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.offer.Offer.HourlyPrice;
import ai.flightmind.vast.unit.MemorySize;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A row of JSON whose known fields are checked once, when it is read, so that no accessor fails later. */
final class OfferRow {
    private static final double EXACT_INTEGERS = 1L << 53;
    /** Some 3,000 years. */
    private static final double MOST_SECONDS = 1e11;

    private static final Map<String, Kind> KINDS = new HashMap<>();

    private enum Kind {
        TEXT,
        FLAG,
        NUMBER,
        NOT_NEGATIVE,
        WHOLE,
        WHOLES,
        PRICE
    }

    static {
        put(Kind.WHOLE, "id", "ask_contract_id");
        put(
                Kind.WHOLE,
                "bundle_id",
                "machine_id",
                "host_id",
                "hosting_type",
                "cluster_id",
                "num_gpus",
                "gpu_lanes",
                "compute_cap",
                "driver_vers",
                "direct_port_count",
                "geolocode",
                "vericode",
                "avail_vol_ask_id",
                "bundled_results",
                "rn");
        put(
                Kind.TEXT,
                "gpu_name",
                "gpu_arch",
                "driver_version",
                "cpu_name",
                "cpu_arch",
                "mobo_name",
                "os_version",
                "disk_name",
                "public_ipaddr",
                "geolocation",
                "logo",
                "webpage",
                "hostname",
                "resource_type",
                "verification",
                "time_remaining");
        put(Kind.NOT_NEGATIVE, "gpu_ram", "gpu_total_ram", "cpu_ram", "duration");
        put(
                Kind.NUMBER,
                "gpu_frac",
                "gpu_mem_bw",
                "gpu_max_power",
                "gpu_max_temp",
                "total_flops",
                "cuda_max_good",
                "bw_nvlink",
                "pci_gen",
                "pcie_bw",
                "cpu_cores",
                "cpu_cores_effective",
                "cpu_ghz",
                "disk_space",
                "disk_bw",
                "inet_down",
                "inet_up",
                "nw_disk_min_bw",
                "nw_disk_max_bw",
                "nw_disk_avg_bw",
                "dph_total",
                "dph_total_adj",
                "dph_base",
                "discounted_dph_total",
                "discounted_hourly",
                "discount_rate",
                "credit_discount_max",
                "min_bid",
                "storage_cost",
                "storage_total_cost",
                "vram_costperhour",
                "inet_up_cost",
                "inet_down_cost",
                "internet_up_cost_per_tb",
                "internet_down_cost_per_tb",
                "platform_fee",
                "reliability",
                "reliability2",
                "reliability_mult",
                "expected_reliability",
                "start_date",
                "end_date",
                "dlperf",
                "dlperf_per_dphtotal",
                "flops_per_dphtotal",
                "score",
                "avail_vol_dph",
                "avail_vol_size");
        put(
                Kind.FLAG,
                "gpu_display_active",
                "has_avx",
                "static_ip",
                "is_vm_deverified",
                "rentable",
                "rented",
                "external",
                "is_bid",
                "vms_enabled");
        put(Kind.WHOLES, "gpu_ids");
        put(Kind.PRICE, "search", "instance");
    }

    private static void put(Kind kind, String... names) {
        for (String name : names) {
            KINDS.put(name, kind);
        }
    }

    private final Map<String, @Nullable Object> json;
    /** The known fields that are not null, each in the type of its kind. */
    private final Map<String, Object> values;

    private OfferRow(Map<String, @Nullable Object> json, Map<String, Object> values) {
        this.json = json;
        this.values = values;
    }

    static OfferRow read(Map<String, @Nullable Object> json, String path) {
        Map<String, @Nullable Object> copy = Collections.unmodifiableMap(new LinkedHashMap<>(json));
        Map<String, Object> values = new HashMap<>();
        copy.forEach((name, value) -> {
            Kind kind = KINDS.get(name);
            if (kind != null && value != null) {
                values.put(name, converted(kind, value, path + "." + name));
            }
        });
        if (!values.containsKey("id") && !values.containsKey("ask_contract_id")) {
            throw new DataException(
                    "An offer has no id, so it cannot be rented (at " + path + ".id)", path + ".id", null);
        }
        return new OfferRow(copy, values);
    }

    private static Object converted(Kind kind, Object value, String path) {
        return switch (kind) {
            case TEXT -> text(value, path);
            case FLAG -> flag(value, path);
            case NUMBER -> finite(value, path);
            case NOT_NEGATIVE -> notNegative(value, path);
            case WHOLE -> whole(value, path);
            case WHOLES -> wholes(value, path);
            case PRICE -> price(value, path);
        };
    }

    private static String text(Object value, String path) {
        if (value instanceof String text) {
            return text;
        }
        throw refuse("a text", value, path);
    }

    private static Boolean flag(Object value, String path) {
        if (value instanceof Boolean flag) {
            return flag;
        } else if (value instanceof Number number && (number.doubleValue() == 0 || number.doubleValue() == 1)) {
            return number.doubleValue() == 1;
        }
        throw refuse("true, false, 0 or 1", value, path);
    }

    private static Double finite(Object value, String path) {
        if (value instanceof Number number && Double.isFinite(number.doubleValue())) {
            return number.doubleValue();
        }
        throw refuse("a number", value, path);
    }

    private static Double notNegative(Object value, String path) {
        return Math.max(0, finite(value, path));
    }

    private static Long whole(Object value, String path) {
        double number = finite(value, path);
        if (number != Math.rint(number) || Math.abs(number) > EXACT_INTEGERS) {
            throw refuse("a whole number", value, path);
        }
        return (long) number;
    }

    private static List<Long> wholes(Object value, String path) {
        if (!(value instanceof List<?> list)) {
            throw refuse("a list of whole numbers", value, path);
        }
        return list.stream()
                .map(element -> {
                    if (element == null) {
                        throw refuse("a whole number", "null", path + "[*]");
                    }
                    return whole(element, path + "[*]");
                })
                .toList();
    }

    private static HourlyPrice price(Object value, String path) {
        if (!(value instanceof Map<?, ?> parts)) {
            throw refuse("an object of prices", value, path);
        }
        return new HourlyPrice(
                part(parts, "gpuCostPerHour", path),
                part(parts, "diskHour", path),
                part(parts, "totalHour", path),
                part(parts, "discountTotalHour", path),
                part(parts, "discountedTotalPerHour", path));
    }

    private static @Nullable Double part(Map<?, ?> parts, String name, String path) {
        Object value = parts.get(name);
        return value == null ? null : finite(value, path + "." + name);
    }

    private static DataException refuse(String expected, Object value, String path) {
        String kind = value instanceof String ? "text" : value.getClass().getSimpleName();
        return new DataException(
                "An offer of the service cannot be read: expected " + expected + " at " + path + ", found " + kind
                        + ".",
                path,
                null);
    }

    long id() {
        Long id = whole("id");
        Long ask = whole("ask_contract_id");
        return id != null ? id : ask != null ? ask : 0;
    }

    Map<String, @Nullable Object> json() {
        return json;
    }

    Map<String, @Nullable Object> unknown() {
        Map<String, @Nullable Object> unknown = new LinkedHashMap<>(json);
        unknown.keySet().removeAll(KINDS.keySet());
        return Collections.unmodifiableMap(unknown);
    }

    @Nullable
    String text(String name) {
        return (String) values.get(name);
    }

    @Nullable
    Boolean flag(String name) {
        return (Boolean) values.get(name);
    }

    @Nullable
    Double number(String name) {
        return (Double) values.get(name);
    }

    @Nullable
    Long whole(String name) {
        return (Long) values.get(name);
    }

    @SuppressWarnings("unchecked") // made by wholes(Object, String)
    @Nullable
    List<Long> wholes(String name) {
        return (List<Long>) values.get(name);
    }

    @Nullable
    MemorySize megabytes(String name) {
        Double megabytes = number(name);
        return megabytes == null ? null : MemorySize.ofMb(megabytes);
    }

    @Nullable
    Duration seconds(String name) {
        Double seconds = number(name);
        return seconds == null ? null : Duration.ofMillis(Math.round(1_000 * Math.min(seconds, MOST_SECONDS)));
    }

    @Nullable
    Instant epochSeconds(String name) {
        Double seconds = number(name);
        return seconds == null
                ? null
                : Instant.ofEpochMilli(Math.round(1_000 * Math.max(-MOST_SECONDS, Math.min(seconds, MOST_SECONDS))));
    }

    @Nullable
    HourlyPrice price(String name) {
        return (HourlyPrice) values.get(name);
    }
}

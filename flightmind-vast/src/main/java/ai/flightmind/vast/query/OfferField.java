package ai.flightmind.vast.query;

import ai.flightmind.vast.unit.DriverVersion;
import ai.flightmind.vast.unit.MemorySize;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * A field to search and sort by: it owns its API name, its unit, and the comparisons that make sense for it. Long,
 * because it is the list of the service's fields.
 *
 * @param <W> its comparisons
 */
public final class OfferField<W> {
    private static final Map<String, OfferField<?>> BY_NAME = new LinkedHashMap<>();
    private static final Map<String, String> ALIASES = Map.of(
            "cuda_vers", "cuda_max_good",
            "display_active", "gpu_display_active",
            "dlperf_usd", "dlperf_per_dphtotal",
            "dph", "dph_total",
            "flops_usd", "flops_per_dphtotal");

    /** What a field's values are; the command line writes {@link #MEMORY} in GB and {@link #DURATION} in days. */
    enum Kind {
        TEXT,
        FLAG,
        NUMBER,
        COUNT,
        VERSION,
        MEMORY,
        DURATION;

        boolean isNumeric() {
            return this == NUMBER || this == COUNT;
        }

        /** The API's units in one of the command line's, or null where they are the same. */
        @Nullable
        BigDecimal unitsInCommand() {
            return switch (this) {
                case MEMORY -> BigDecimal.valueOf(1_000);
                case DURATION -> BigDecimal.valueOf(86_400);
                default -> null;
            };
        }
    }

    /** The GPU's name, such as {@code "H100 SXM"} or {@code "RTX 4090"}. */
    public static final OfferField<Where.Values<String>> GPU_NAME = text("gpu_name");

    /** GPUs in the offer. */
    public static final OfferField<Where.Counts> NUM_GPUS = count("num_gpus", "");

    /** Memory of each GPU, as its driver reports it: 81,559 MB for an H100 of 80 GB. */
    public static final OfferField<Where.Ordered<MemorySize>> GPU_RAM = memory("gpu_ram");

    /** Memory of all GPUs of the offer together. */
    public static final OfferField<Where.Ordered<MemorySize>> GPU_TOTAL_RAM = memory("gpu_total_ram");

    /** The offer's share of the machine's GPUs. */
    public static final OfferField<Where.Numbers> GPU_FRAC = number("gpu_frac", "0 to 1");

    /** Bandwidth of the GPU's memory. */
    public static final OfferField<Where.Numbers> GPU_MEM_BW = number("gpu_mem_bw", "GB/s");

    /** The GPU's power limit. */
    public static final OfferField<Where.Numbers> GPU_MAX_POWER = number("gpu_max_power", "W");

    /** The GPU's temperature limit. */
    public static final OfferField<Where.Numbers> GPU_MAX_TEMP = number("gpu_max_temp", "°C");

    /** {@code nvidia} or {@code amd}. */
    public static final OfferField<Where.Values<String>> GPU_ARCH = text("gpu_arch");

    /** Whether a display is attached. */
    public static final OfferField<Where.Values<Boolean>> GPU_DISPLAY_ACTIVE = flag("gpu_display_active");

    /** CUDA compute capability times 100: 900 for 9.0. */
    public static final OfferField<Where.Counts> COMPUTE_CAP = count("compute_cap", "×100");

    /** The newest CUDA version that the driver takes, such as 13.0. */
    public static final OfferField<Where.Numbers> CUDA_MAX_GOOD = number("cuda_max_good", "");

    /** The GPU driver's version. */
    public static final OfferField<Where.Ordered<DriverVersion>> DRIVER_VERSION = version("driver_version");

    /** Of all GPUs together. */
    public static final OfferField<Where.Numbers> TOTAL_FLOPS = number("total_flops", "TFLOP/s");

    /** Bandwidth of NVLink; an H100 SXM shows about 900. */
    public static final OfferField<Where.Numbers> BW_NVLINK = number("bw_nvlink", "GB/s");

    /** PCI Express generation. */
    public static final OfferField<Where.Numbers> PCI_GEN = number("pci_gen", "");

    /** Bandwidth between CPU and GPU. */
    public static final OfferField<Where.Numbers> PCIE_BW = number("pcie_bw", "GB/s");

    /** {@code amd64} or {@code arm64}. */
    public static final OfferField<Where.Values<String>> CPU_ARCH = text("cpu_arch");

    /** Virtual CPUs of the machine. */
    public static final OfferField<Where.Counts> CPU_CORES = count("cpu_cores", "");

    /** Virtual CPUs of the offer. */
    public static final OfferField<Where.Numbers> CPU_CORES_EFFECTIVE = number("cpu_cores_effective", "");

    /** Clock of the CPU. */
    public static final OfferField<Where.Numbers> CPU_GHZ = number("cpu_ghz", "GHz");

    /** Memory of the machine. */
    public static final OfferField<Where.Ordered<MemorySize>> CPU_RAM = memory("cpu_ram");

    /** Whether the CPU has AVX. */
    public static final OfferField<Where.Values<Boolean>> HAS_AVX = flag("has_avx");

    /** The mainboard's name. */
    public static final OfferField<Where.Values<String>> MOBO_NAME = text("mobo_name");

    /** The host's Ubuntu version, such as {@code "22.04"}. */
    public static final OfferField<Where.Values<String>> UBUNTU_VERSION = text("ubuntu_version");

    /** Disk that can be rented. */
    public static final OfferField<Where.Numbers> DISK_SPACE = number("disk_space", "GB");

    /** Read bandwidth of the disk. */
    public static final OfferField<Where.Numbers> DISK_BW = number("disk_bw", "MB/s");

    /** Download speed. */
    public static final OfferField<Where.Numbers> INET_DOWN = number("inet_down", "Mb/s");

    /** Upload speed. */
    public static final OfferField<Where.Numbers> INET_UP = number("inet_up", "Mb/s");

    /** Open ports on the host's router; direct ssh needs one. */
    public static final OfferField<Where.Counts> DIRECT_PORT_COUNT = count("direct_port_count", "");

    /** Whether the address stays. */
    public static final OfferField<Where.Values<Boolean>> STATIC_IP = flag("static_ip");

    /** Whether the host is a data centre. */
    public static final OfferField<Where.Values<Boolean>> DATACENTER = flag("datacenter");

    /** Whether it can run virtual machines. */
    public static final OfferField<Where.Values<Boolean>> VMS_ENABLED = flag("vms_enabled");

    /** Two-letter country code; not ordered, so only equal or in a list. */
    public static final OfferField<Where.Values<String>> GEOLOCATION = text("geolocation");

    /** Who rents out. */
    public static final OfferField<Where.Counts> HOST_ID = count("host_id", "");

    /** The machine; several offers may share it. */
    public static final OfferField<Where.Counts> MACHINE_ID = count("machine_id", "");

    /** The cluster that the machine is in. */
    public static final OfferField<Where.Counts> CLUSTER_ID = count("cluster_id", "");

    /** 1 for a data centre. Not in the command line's list, yet used. */
    public static final OfferField<Where.Counts> HOSTING_TYPE = count("hosting_type", "");

    /** The offer itself. */
    public static final OfferField<Where.Counts> ID = count("id", "");

    /** Price of the whole offer with the query's disk. */
    public static final OfferField<Where.Numbers> DPH_TOTAL = number("dph_total", "$/h");

    /** Price of the GPUs without disk. */
    public static final OfferField<Where.Numbers> DPH_BASE = number("dph_base", "$/h");

    /** The lowest bid that would run now. */
    public static final OfferField<Where.Numbers> MIN_BID = number("min_bid", "$/h");

    /** Price of disk. */
    public static final OfferField<Where.Numbers> STORAGE_COST = number("storage_cost", "$/GB/month");

    /** Price of download. */
    public static final OfferField<Where.Numbers> INET_DOWN_COST = number("inet_down_cost", "$/GB");

    /** Price of upload. */
    public static final OfferField<Where.Numbers> INET_UP_COST = number("inet_up_cost", "$/GB");

    /** The service's deep-learning score. */
    public static final OfferField<Where.Numbers> DLPERF = number("dlperf", "");

    /** That score per dollar and hour. */
    public static final OfferField<Where.Numbers> DLPERF_PER_DPHTOTAL = number("dlperf_per_dphtotal", "1/($/h)");

    /** Arithmetic per dollar and hour. */
    public static final OfferField<Where.Numbers> FLOPS_PER_DPHTOTAL = number("flops_per_dphtotal", "TFLOP/s/($/h)");

    /** What the service sorts by unless told otherwise. */
    public static final OfferField<Where.Numbers> SCORE = number("score", "");

    /** How reliable the host has been. */
    public static final OfferField<Where.Numbers> RELIABILITY = number("reliability", "0 to 1");

    /** For how long the host will rent out. */
    public static final OfferField<Where.Ordered<Duration>> DURATION = duration("duration");

    /** {@code verified}, {@code unverified} or {@code deverified}. */
    public static final OfferField<Where.Values<String>> VERIFICATION = text("verification");

    /** Whether the service has tested the machine; a default filter. */
    public static final OfferField<Where.Values<Boolean>> VERIFIED = flag("verified");

    /** Whether it can be rented now; a default filter. */
    public static final OfferField<Where.Values<Boolean>> RENTABLE = flag("rentable");

    /** Whether the caller rents it already. */
    public static final OfferField<Where.Values<Boolean>> RENTED = flag("rented");

    /** Whether it comes from another market; a default filter asks for those that do not. */
    public static final OfferField<Where.Values<Boolean>> EXTERNAL = flag("external");

    private final String name;
    private final String unit;
    private final Kind kind;
    private final BiFunction<OfferQuery.Builder, OfferField<W>, W> comparisons;

    private OfferField(
            String name, String unit, Kind kind, BiFunction<OfferQuery.Builder, OfferField<W>, W> comparisons) {
        this.name = name;
        this.unit = unit;
        this.kind = kind;
        this.comparisons = comparisons;
        BY_NAME.put(name, this);
    }

    private static OfferField<Where.Values<String>> text(String name) {
        return new OfferField<>(
                name, "", Kind.TEXT, (builder, field) -> new Where.Values<>(builder, field, text -> text));
    }

    private static OfferField<Where.Values<Boolean>> flag(String name) {
        return new OfferField<>(
                name, "", Kind.FLAG, (builder, field) -> new Where.Values<>(builder, field, flag -> flag));
    }

    private static OfferField<Where.Numbers> number(String name, String unit) {
        return new OfferField<>(name, unit, Kind.NUMBER, Where.Numbers::new);
    }

    private static OfferField<Where.Counts> count(String name, String unit) {
        return new OfferField<>(name, unit, Kind.COUNT, Where.Counts::new);
    }

    private static OfferField<Where.Ordered<MemorySize>> memory(String name) {
        return new OfferField<>(
                name,
                "MB",
                Kind.MEMORY,
                (builder, field) -> new Where.Ordered<>(builder, field, MemorySize::megabytes));
    }

    private static OfferField<Where.Ordered<Duration>> duration(String name) {
        return new OfferField<>(
                name,
                "s",
                Kind.DURATION,
                (builder, field) ->
                        new Where.Ordered<>(builder, field, time -> time.getSeconds() + time.getNano() / 1e9));
    }

    private static OfferField<Where.Ordered<DriverVersion>> version(String name) {
        return new OfferField<>(
                name,
                "",
                Kind.VERSION,
                (builder, field) -> new Where.Ordered<>(builder, field, DriverVersion::encoded));
    }

    /** The API's name. */
    public String name() {
        return name;
    }

    /** The API's unit; empty where there is none. */
    public String unit() {
        return unit;
    }

    public Order ascending() {
        return new Order(name, true);
    }

    public Order descending() {
        return new Order(name, false);
    }

    W compareIn(OfferQuery.Builder builder) {
        return comparisons.apply(builder, this);
    }

    Kind kind() {
        return kind;
    }

    /** All fields that are known here. The service may know more; a parsed query may name them. */
    public static Collection<OfferField<?>> all() {
        return Collections.unmodifiableCollection(BY_NAME.values());
    }

    /** By the API's name. */
    public static Optional<OfferField<?>> named(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** What an unknown field holds is not known either: it is sent as text, as the command line does. */
    static Kind kindOf(String name) {
        return named(name).map(OfferField::kind).orElse(Kind.TEXT);
    }

    /** The API's name for one of the command line's short names; any other name as it is. */
    static String unaliased(String name) {
        return ALIASES.getOrDefault(name, name);
    }

    @Override
    public String toString() {
        return name;
    }
}

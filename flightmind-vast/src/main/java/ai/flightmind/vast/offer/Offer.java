package ai.flightmind.vast.offer;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.unit.MemorySize;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a host offers to rent: one row of a search's answer. An immutable value. What the service leaves out is null;
 * what it sends and this class does not know is in {@link #unknownFields()}. Two offers are equal if all their fields
 * are. Long, because it names every field of a row.
 */
public final class Offer {
    private static final int COUNTRY_LETTERS = 2;

    private final OfferRow row;
    private final long id;

    private Offer(OfferRow row) {
        this.row = row;
        this.id = row.id();
    }

    /**
     * Reads a row of JSON: maps, lists, strings, numbers, booleans and nulls.
     *
     * @throws DataException if it has no id, or a field is not of its type
     */
    public static Offer fromJson(Map<String, @Nullable Object> json) {
        return fromJson(json, "$");
    }

    /** As {@link #fromJson(Map)}, for a row at this JSON path of an answer. */
    static Offer fromJson(Map<String, @Nullable Object> json, String path) {
        return new Offer(OfferRow.read(json, path));
    }

    /** What is rented; the service also calls it ask. */
    public long id() {
        return id;
    }

    /** Offers of one machine and price share it. {@code bundle_id}. */
    public @Nullable Long bundleId() {
        return row.whole("bundle_id");
    }

    /** The machine; several offers may share it. {@code machine_id}. */
    public @Nullable Long machineId() {
        return row.whole("machine_id");
    }

    /** Who rents out. {@code host_id}. */
    public @Nullable Long hostId() {
        return row.whole("host_id");
    }

    /** 1 for a data centre. {@code hosting_type}. */
    public @Nullable Long hostingType() {
        return row.whole("hosting_type");
    }

    /** The cluster that the machine is in. {@code cluster_id}. */
    public @Nullable Long clusterId() {
        return row.whole("cluster_id");
    }

    /** GPUs in the offer. {@code num_gpus}. */
    public @Nullable Long numGpus() {
        return row.whole("num_gpus");
    }

    /** Such as {@code H100 SXM}. {@code gpu_name}. */
    public @Nullable String gpuName() {
        return row.text("gpu_name");
    }

    /** Of each GPU, as its driver reports it. {@code gpu_ram}. */
    public @Nullable MemorySize gpuRam() {
        return row.megabytes("gpu_ram");
    }

    /** Of all GPUs of the offer. {@code gpu_total_ram}. */
    public @Nullable MemorySize gpuTotalRam() {
        return row.megabytes("gpu_total_ram");
    }

    /** The offer's share of the machine's GPUs, 0 to 1. {@code gpu_frac}. */
    public @Nullable Double gpuFraction() {
        return row.number("gpu_frac");
    }

    /** PCI Express lanes of each GPU. {@code gpu_lanes}. */
    public @Nullable Long gpuLanes() {
        return row.whole("gpu_lanes");
    }

    /** In gigabytes. {@code gpu_mem_bw}. */
    public @Nullable Double gpuMemoryBandwidthGbPerSecond() {
        return row.number("gpu_mem_bw");
    }

    /** {@code gpu_max_power}. */
    public @Nullable Double gpuMaxPowerWatts() {
        return row.number("gpu_max_power");
    }

    /** {@code gpu_max_temp}. */
    public @Nullable Double gpuMaxTempCelsius() {
        return row.number("gpu_max_temp");
    }

    /** {@code nvidia} or {@code amd}. {@code gpu_arch}. */
    public @Nullable String gpuArch() {
        return row.text("gpu_arch");
    }

    /** {@code gpu_display_active}. */
    public @Nullable Boolean isGpuDisplayActive() {
        return row.flag("gpu_display_active");
    }

    /** Of the offer's GPUs. {@code gpu_ids}. */
    public @Nullable List<Long> gpuIds() {
        return row.wholes("gpu_ids");
    }

    /** Times 100: 900 for 9.0. {@code compute_cap}. */
    public @Nullable Long computeCapability() {
        return row.whole("compute_cap");
    }

    /** Of all GPUs together. {@code total_flops}. */
    public @Nullable Double totalTflops() {
        return row.number("total_flops");
    }

    /** The newest CUDA version that the driver takes. {@code cuda_max_good}. */
    public @Nullable Double cudaMaxGood() {
        return row.number("cuda_max_good");
    }

    /** Such as {@code 550.54.15}. {@code driver_version}. */
    public @Nullable String driverVersion() {
        return row.text("driver_version");
    }

    /** As {@link ai.flightmind.vast.unit.DriverVersion#encoded()}. {@code driver_vers}. */
    public @Nullable Long driverVersionEncoded() {
        return row.whole("driver_vers");
    }

    /** In gigabytes; an H100 SXM shows about 900. {@code bw_nvlink}. */
    public @Nullable Double nvlinkGbPerSecond() {
        return row.number("bw_nvlink");
    }

    /** {@code pci_gen}. */
    public @Nullable Double pciGeneration() {
        return row.number("pci_gen");
    }

    /** Between CPU and GPU, in gigabytes. {@code pcie_bw}. */
    public @Nullable Double pcieGbPerSecond() {
        return row.number("pcie_bw");
    }

    /** {@code cpu_name}. */
    public @Nullable String cpuName() {
        return row.text("cpu_name");
    }

    /** {@code cpu_arch}. */
    public @Nullable String cpuArch() {
        return row.text("cpu_arch");
    }

    /** Of the machine. {@code cpu_cores}. */
    public @Nullable Double cpuCores() {
        return row.number("cpu_cores");
    }

    /** Of the offer. {@code cpu_cores_effective}. */
    public @Nullable Double cpuCoresEffective() {
        return row.number("cpu_cores_effective");
    }

    /** {@code cpu_ghz}. */
    public @Nullable Double cpuGhz() {
        return row.number("cpu_ghz");
    }

    /** Of the whole machine. {@code cpu_ram}. */
    public @Nullable MemorySize cpuRam() {
        return row.megabytes("cpu_ram");
    }

    /** {@code has_avx}. */
    public @Nullable Boolean hasAvx() {
        return row.flag("has_avx");
    }

    /** {@code mobo_name}. */
    public @Nullable String mainboardName() {
        return row.text("mobo_name");
    }

    /** {@code os_version}. */
    public @Nullable String osVersion() {
        return row.text("os_version");
    }

    /** {@code disk_name}. */
    public @Nullable String diskName() {
        return row.text("disk_name");
    }

    /** That can be rented. {@code disk_space}. */
    public @Nullable Double diskSpaceGb() {
        return row.number("disk_space");
    }

    /** Reading, in megabytes. {@code disk_bw}. */
    public @Nullable Double diskMbPerSecond() {
        return row.number("disk_bw");
    }

    /** {@code static_ip}. */
    public @Nullable Boolean hasStaticIp() {
        return row.flag("static_ip");
    }

    /** {@code public_ipaddr}. */
    public @Nullable String publicIp() {
        return row.text("public_ipaddr");
    }

    /** Open ports on the host's router. {@code direct_port_count}. */
    public @Nullable Long directPortCount() {
        return row.whole("direct_port_count");
    }

    /** Such as {@code Sweden, SE}. {@code geolocation}. */
    public @Nullable String geolocation() {
        return row.text("geolocation");
    }

    /** {@code geolocode}. */
    public @Nullable Long geolocationCode() {
        return row.whole("geolocode");
    }

    /** {@code inet_down}. */
    public @Nullable Double inetDownMbitPerSecond() {
        return row.number("inet_down");
    }

    /** {@code inet_up}. */
    public @Nullable Double inetUpMbitPerSecond() {
        return row.number("inet_up");
    }

    /** Of network volumes, the least. {@code nw_disk_min_bw}. */
    public @Nullable Double networkDiskMinMbPerSecond() {
        return row.number("nw_disk_min_bw");
    }

    /** Of network volumes, the most. {@code nw_disk_max_bw}. */
    public @Nullable Double networkDiskMaxMbPerSecond() {
        return row.number("nw_disk_max_bw");
    }

    /** Of network volumes, on average. {@code nw_disk_avg_bw}. */
    public @Nullable Double networkDiskAverageMbPerSecond() {
        return row.number("nw_disk_avg_bw");
    }

    /** {@code logo}. */
    public @Nullable String logo() {
        return row.text("logo");
    }

    /** {@code webpage}. */
    public @Nullable String webpage() {
        return row.text("webpage");
    }

    /** {@code hostname}. */
    public @Nullable String hostname() {
        return row.text("hostname");
    }

    /** {@code resource_type}. */
    public @Nullable String resourceType() {
        return row.text("resource_type");
    }

    /** Of the whole offer with the query's disk; without traffic. {@code dph_total}. */
    public @Nullable Double pricePerHour() {
        return row.number("dph_total");
    }

    /** {@link #pricePerHour()} with what the service adjusts. {@code dph_total_adj}. */
    public @Nullable Double adjustedPricePerHour() {
        return row.number("dph_total_adj");
    }

    /** Of all GPUs without disk. {@code dph_base}. */
    public @Nullable Double gpuPricePerHour() {
        return row.number("dph_base");
    }

    /** With the discount for paying in advance. {@code discounted_dph_total}. */
    public @Nullable Double discountedPricePerHour() {
        return row.number("discounted_dph_total");
    }

    /** {@code discounted_hourly}. */
    public @Nullable Double discountedGpuPricePerHour() {
        return row.number("discounted_hourly");
    }

    /** 0 to 1. {@code discount_rate}. */
    public @Nullable Double discountRate() {
        return row.number("discount_rate");
    }

    /** 0 to 1. {@code credit_discount_max}. */
    public @Nullable Double creditDiscountMax() {
        return row.number("credit_discount_max");
    }

    /** The lowest bid that would run now. {@code min_bid}. */
    public @Nullable Double minBidPerHour() {
        return row.number("min_bid");
    }

    /** {@code storage_cost}. */
    public @Nullable Double storagePricePerGbMonth() {
        return row.number("storage_cost");
    }

    /** Of the query's disk. {@code storage_total_cost}. */
    public @Nullable Double storagePricePerHour() {
        return row.number("storage_total_cost");
    }

    /** Of a gigabyte of GPU memory. {@code vram_costperhour}. */
    public @Nullable Double vramPricePerHour() {
        return row.number("vram_costperhour");
    }

    /** {@code inet_up_cost}. */
    public @Nullable Double inetUpPricePerGb() {
        return row.number("inet_up_cost");
    }

    /** {@code inet_down_cost}. */
    public @Nullable Double inetDownPricePerGb() {
        return row.number("inet_down_cost");
    }

    /** {@code internet_up_cost_per_tb}. */
    public @Nullable Double inetUpPricePerTb() {
        return row.number("internet_up_cost_per_tb");
    }

    /** {@code internet_down_cost_per_tb}. */
    public @Nullable Double inetDownPricePerTb() {
        return row.number("internet_down_cost_per_tb");
    }

    /** As the service gives it, without a documented unit. {@code platform_fee}. */
    public @Nullable Double platformFee() {
        return row.number("platform_fee");
    }

    /** The price by parts, as searched for. {@code search}. */
    public @Nullable HourlyPrice searchPrice() {
        return row.price("search");
    }

    /** The price by parts, as it would be billed. {@code instance}. */
    public @Nullable HourlyPrice instancePrice() {
        return row.price("instance");
    }

    /** 0 to 1. {@code reliability}. */
    public @Nullable Double reliability() {
        return row.number("reliability");
    }

    /** The same by another measure, which the service does not explain. {@code reliability2}. */
    public @Nullable Double reliability2() {
        return row.number("reliability2");
    }

    /** {@code reliability_mult}. */
    public @Nullable Double reliabilityFactor() {
        return row.number("reliability_mult");
    }

    /** 0 to 1. {@code expected_reliability}. */
    public @Nullable Double expectedReliability() {
        return row.number("expected_reliability");
    }

    /** {@code verified}, {@code unverified} or {@code deverified}. {@code verification}. */
    public @Nullable String verification() {
        return row.text("verification");
    }

    /** {@code vericode}. */
    public @Nullable Long verificationCode() {
        return row.whole("vericode");
    }

    /** {@code is_vm_deverified}. */
    public @Nullable Boolean isVmDeverified() {
        return row.flag("is_vm_deverified");
    }

    /** {@code rentable}. */
    public @Nullable Boolean isRentable() {
        return row.flag("rentable");
    }

    /** By the caller. {@code rented}. */
    public @Nullable Boolean isRented() {
        return row.flag("rented");
    }

    /** From another market. {@code external}. */
    public @Nullable Boolean isExternal() {
        return row.flag("external");
    }

    /** Whether it is rented at a bid. {@code is_bid}. */
    public @Nullable Boolean isBid() {
        return row.flag("is_bid");
    }

    /** {@code vms_enabled}. */
    public @Nullable Boolean areVmsEnabled() {
        return row.flag("vms_enabled");
    }

    /** {@code start_date}. */
    public @Nullable Instant startDate() {
        return row.epochSeconds("start_date");
    }

    /** When the host stops renting out. {@code end_date}. */
    public @Nullable Instant endDate() {
        return row.epochSeconds("end_date");
    }

    /** For how long it can still be rented. {@code duration}. */
    public @Nullable Duration maxDuration() {
        return row.seconds("duration");
    }

    /** That as the service words it. {@code time_remaining}. */
    public @Nullable String timeRemaining() {
        return row.text("time_remaining");
    }

    /** {@code dlperf}. */
    public @Nullable Double deepLearningScore() {
        return row.number("dlperf");
    }

    /** {@code dlperf_per_dphtotal}. */
    public @Nullable Double deepLearningScorePerDollarHour() {
        return row.number("dlperf_per_dphtotal");
    }

    /** {@code flops_per_dphtotal}. */
    public @Nullable Double tflopsPerDollarHour() {
        return row.number("flops_per_dphtotal");
    }

    /** What the service sorts by unless told otherwise. {@code score}. */
    public @Nullable Double score() {
        return row.number("score");
    }

    /** Of a volume that can be rented with it. {@code avail_vol_ask_id}. */
    public @Nullable Long volumeOfferId() {
        return row.whole("avail_vol_ask_id");
    }

    /** Of that volume. {@code avail_vol_dph}. */
    public @Nullable Double volumePricePerHour() {
        return row.number("avail_vol_dph");
    }

    /** Of that volume. {@code avail_vol_size}. */
    public @Nullable Double volumeSizeGb() {
        return row.number("avail_vol_size");
    }

    /** How many like offers this one stands for. {@code bundled_results}. */
    public @Nullable Long bundledResults() {
        return row.whole("bundled_results");
    }

    /** {@code rn}. */
    public @Nullable Long rowNumber() {
        return row.whole("rn");
    }
    /** The two-letter country that {@link #geolocation()} ends with. */
    public @Nullable String countryCode() {
        String place = geolocation();
        if (place == null || place.strip().length() < COUNTRY_LETTERS) {
            return null;
        }
        String end = place.strip();
        return end.substring(end.length() - COUNTRY_LETTERS).toUpperCase(Locale.ROOT);
    }

    /** The offer's part of {@link #cpuRam()}: as large as its part of the cores. */
    public @Nullable MemorySize cpuRamShare() {
        MemorySize ram = cpuRam();
        Double cores = cpuCores();
        Double effective = cpuCoresEffective();
        if (ram == null || cores == null || effective == null || cores <= 0 || effective < 0) {
            return null;
        }
        return MemorySize.ofMb(ram.megabytes() * Math.min(1, effective / cores));
    }

    /** {@link #pricePerHour()} for another disk: the GPUs' price and the disk's; null if the service gives neither. */
    public @Nullable Double pricePerHour(double diskGb) {
        Double gpus = gpuPricePerHour();
        Double storage = storagePricePerGbMonth();
        return gpus == null || storage == null
                ? null
                : gpus + diskGb * storage / Duration.ofDays(30).toHours();
    }

    /** What the service sent that has no method here, by its name. */
    public Map<String, @Nullable Object> unknownFields() {
        return row.unknown();
    }

    /** The row as the service sent it, not to be changed. */
    public Map<String, @Nullable Object> json() {
        return row.json();
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Offer offer && json().equals(offer.json());
    }

    @Override
    public int hashCode() {
        return Long.hashCode(id);
    }

    /** In one line: the id, the GPUs and the price. */
    @Override
    public String toString() {
        Double price = pricePerHour();
        return "Offer " + id + ": " + numGpus() + " x " + gpuName()
                + (price == null ? "" : String.format(Locale.ROOT, ", $%.3f/h", price));
    }

    /**
     * A price by parts, in dollars per hour.
     *
     * @param discount what is taken off
     * @param discountedTotal what is left to pay
     */
    public record HourlyPrice(
            @Nullable Double gpu,
            @Nullable Double disk,
            @Nullable Double total,
            @Nullable Double discount,
            @Nullable Double discountedTotal) {}
}

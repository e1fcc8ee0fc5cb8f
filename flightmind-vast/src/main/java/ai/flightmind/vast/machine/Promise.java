package ai.flightmind.vast.machine;

import ai.flightmind.vast.machine.Shortfall.Kind;
import ai.flightmind.vast.offer.Offer;
import ai.flightmind.vast.unit.MemorySize;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a machine has to have, from its offer and from what our CUDA build needs. An immutable value.
 *
 * @param gpus how many; null if the offer does not say
 * @param gpuName the service's, such as {@code H100 SXM}; null if the offer does not say
 * @param gpuMemory of each; null if the offer does not say
 * @param nvLink whether every pair of GPUs is to be joined by it
 * @param diskGb ordered, in 10⁹ bytes
 * @param driverMajor the oldest driver that will do; 580 for CUDA 13
 * @param cudaLibraries what the image has to bring
 */
public record Promise(
        @Nullable Long gpus,
        @Nullable String gpuName,
        @Nullable MemorySize gpuMemory,
        boolean nvLink,
        double diskGb,
        int driverMajor,
        Set<String> cudaLibraries) {
    /** What libtorch's CUDA build loads beside what it brings. */
    public static final Set<String> LIBTORCH_NEEDS =
            Set.of("libcublas", "libcudnn", "libcusparse", "libcusolver", "libnccl");

    /** Of CUDA 13. */
    public static final int CUDA_13_DRIVER = 580;

    /** A file system takes some of a disk for itself, and an image is on it, too. */
    private static final double USABLE_DISK = 0.85;

    /** Drivers keep some memory for themselves. */
    private static final double USABLE_MEMORY = 0.95;

    private static final Duration CLOCK_MAY_DIFFER = Duration.ofMinutes(2);
    private static final double NVLINK_GB_PER_SECOND = 1;
    private static final Pattern SEPARATORS = Pattern.compile("[ _-]+");

    public Promise {
        cudaLibraries = Set.copyOf(cudaLibraries);
    }

    /**
     * What this offer promises, with a disk of so many GB, for libtorch on CUDA 13.
     *
     * @param diskGb as it is ordered
     */
    public static Promise of(Offer offer, double diskGb) {
        Double nvLink = offer.nvlinkGbPerSecond();
        return new Promise(
                offer.numGpus(),
                offer.gpuName(),
                offer.gpuRam(),
                nvLink != null && nvLink > NVLINK_GB_PER_SECOND,
                diskGb,
                CUDA_13_DRIVER,
                LIBTORCH_NEEDS);
    }

    /**
     * Where the machine falls short; empty if it is as promised.
     *
     * @param now by a clock that is right, when the report was made
     */
    public List<Shortfall> shortfalls(MachineReport report, Instant now) {
        List<Shortfall> shortfalls = new ArrayList<>();
        checkGpus(report, shortfalls);
        checkLinks(report, shortfalls);
        for (Gpu gpu : report.gpus()) {
            if (gpu.driverMajor() < driverMajor) {
                add(
                        shortfalls,
                        Kind.DRIVER,
                        "The driver is %s; it must be %d or newer.",
                        gpu.driverVersion(),
                        driverMajor);
                break; // they share one
            }
        }
        if (report.freeDiskGb() < diskGb * USABLE_DISK) {
            add(shortfalls, Kind.DISK, "%.0f GB of disk were ordered; %.0f GB are free.", diskGb, report.freeDiskGb());
        }
        Duration off = Duration.between(now, report.clock());
        if (off.abs().compareTo(CLOCK_MAY_DIFFER) > 0) {
            add(
                    shortfalls,
                    Kind.CLOCK,
                    "The clock is %d s %s: certificates and signed addresses may be refused.",
                    off.abs().toSeconds(),
                    off.isNegative() ? "behind" : "ahead");
        }
        Set<String> missing = new TreeSet<>(cudaLibraries);
        missing.removeAll(report.cudaLibraries());
        if (!missing.isEmpty()) {
            add(
                    shortfalls,
                    Kind.CUDA_LIBRARIES,
                    "The image lacks %s: take one that holds CUDA's and cuDNN's libraries.",
                    String.join(", ", missing));
        }
        return List.copyOf(shortfalls);
    }

    private void checkGpus(MachineReport report, List<Shortfall> shortfalls) {
        if (gpus != null && report.gpus().size() < gpus) {
            add(
                    shortfalls,
                    Kind.GPU_COUNT,
                    "%d GPUs were promised; %d are visible.",
                    gpus,
                    report.gpus().size());
        }
        for (Gpu gpu : report.gpus()) {
            if (gpuName != null && !isOfType(gpu.name(), gpuName)) {
                add(shortfalls, Kind.GPU_TYPE, "GPU %d is a %s, not a %s.", gpu.index(), gpu.name(), gpuName);
            }
            if (gpuMemory != null && gpu.memory().megabytes() < gpuMemory.megabytes() * USABLE_MEMORY) {
                add(
                        shortfalls,
                        Kind.GPU_MEMORY,
                        "GPU %d has %.0f GB of memory; %.0f GB were promised.",
                        gpu.index(),
                        gpu.memory().gigabytes(),
                        gpuMemory.gigabytes());
            }
        }
    }

    private void checkLinks(MachineReport report, List<Shortfall> shortfalls) {
        boolean several = report.gpus().size() > 1;
        if (nvLink && several && report.links().links().isEmpty()) {
            add(shortfalls, Kind.NVLINK, "NVLink was promised; the driver does not say how the GPUs are joined.");
        } else if (nvLink && !report.links().withoutNvLink().isEmpty()) {
            add(
                    shortfalls,
                    Kind.NVLINK,
                    "NVLink was promised; it does not join %s.",
                    report.links().withoutNvLink().get(0));
        }
    }

    /**
     * The service and the driver name GPUs differently: {@code H100 SXM} is {@code NVIDIA H100 80GB HBM3}, {@code RTX
     * 6000Ada} is {@code NVIDIA RTX 6000 Ada Generation}. The board's form, which the driver may leave out, is compared
     * only where both say one.
     */
    private static boolean isOfType(String driversName, String servicesName) {
        String driver = folded(driversName);
        String service = folded(servicesName);
        String form = List.of("NVL", "PCIE", "SXM5", "SXM4", "SXM3", "SXM2", "SXM").stream()
                .filter(service::endsWith)
                .findFirst()
                .orElse("");
        String model = service.substring(0, service.length() - form.length());
        int at = driver.indexOf(model);
        if (at < 0 || continues(driver, at + model.length())) {
            return false;
        }
        return switch (form) {
            case "" -> true;
            case "NVL" -> driver.contains("NVL");
            case "PCIE" -> !driver.contains("SXM") && !driver.contains("HBM3") && !driver.contains("NVL");
            default -> !driver.contains("PCIE") && !driver.contains("NVL");
        };
    }

    /** {@code L40} is not {@code L40S}, and {@code RTX 4070} not {@code RTX 4070 Ti}. */
    private static boolean continues(String driver, int end) {
        String rest = driver.substring(end);
        boolean anotherNumber = rest.matches("\\d.*") && !rest.matches("\\d{2,3}GB.*");
        return anotherNumber || rest.matches("(S(?!XM)|TI|SUPER|D).*");
    }

    private static String folded(String name) {
        return SEPARATORS
                .matcher(name.toUpperCase(Locale.ROOT))
                .replaceAll("")
                .replace("NVIDIA", "")
                .replace("GEFORCE", "");
    }

    private static void add(List<Shortfall> shortfalls, Kind kind, String format, Object... values) {
        shortfalls.add(new Shortfall(kind, String.format(Locale.ROOT, format, values)));
    }
}

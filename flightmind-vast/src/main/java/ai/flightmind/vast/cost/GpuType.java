package ai.flightmind.vast.cost;

import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How fast a kind of GPU trains. The peaks are of dense bfloat16 products with float32 accumulation, without sparsity,
 * from the makers' data sheets.
 *
 * @param name as the service calls it, such as {@code H100 SXM}
 * @param peakTflops from the data sheet
 * @param source where the peak is from
 */
public record GpuType(String name, double peakTflops, String source) {
    private static final String NVIDIA = "NVIDIA data sheet of the ";
    private static final String ADA = "NVIDIA Ada GPU architecture white paper";
    private static final String GA102 = "NVIDIA Ampere GA102 GPU architecture white paper";
    private static final String BLACKWELL = "NVIDIA RTX Blackwell GPU architecture white paper";

    public static final GpuType H100_SXM = new GpuType("H100 SXM", 989.4, NVIDIA + "H100");
    public static final GpuType H100_NVL = new GpuType("H100 NVL", 835, NVIDIA + "H100");
    public static final GpuType H100_PCIE = new GpuType("H100 PCIE", 756, NVIDIA + "H100");
    public static final GpuType H200 = new GpuType("H200", 989.4, NVIDIA + "H200");
    public static final GpuType H200_NVL = new GpuType("H200 NVL", 835, NVIDIA + "H200");
    public static final GpuType B200 = new GpuType("B200", 2_250, NVIDIA + "DGX B200");
    public static final GpuType A100_SXM4 = new GpuType("A100 SXM4", 312, NVIDIA + "A100");
    public static final GpuType A100_PCIE = new GpuType("A100 PCIE", 312, NVIDIA + "A100");
    public static final GpuType L40S = new GpuType("L40S", 362, NVIDIA + "L40S");
    public static final GpuType L40 = new GpuType("L40", 181, NVIDIA + "L40");
    public static final GpuType RTX_6000_ADA = new GpuType("RTX 6000Ada", 364.2, ADA);
    public static final GpuType RTX_5090 = new GpuType("RTX 5090", 209.5, BLACKWELL);
    public static final GpuType RTX_4090 = new GpuType("RTX 4090", 165.2, ADA);
    public static final GpuType RTX_A6000 = new GpuType("RTX A6000", 154.8, GA102);
    public static final GpuType A40 = new GpuType("A40", 149.7, NVIDIA + "A40");
    public static final GpuType RTX_3090 = new GpuType("RTX 3090", 71, GA102);

    private static final List<GpuType> ALL = List.of(
            H100_SXM,
            H100_NVL,
            H100_PCIE,
            H200,
            H200_NVL,
            B200,
            A100_SXM4,
            A100_PCIE,
            L40S,
            L40,
            RTX_6000_ADA,
            RTX_5090,
            RTX_4090,
            RTX_A6000,
            A40,
            RTX_3090);

    /**
     * The part of the peak that the guide counts on: its 268 GPU-hours for a model of 956,376,576 parameters and 95,000
     * steps of 524,288 tokens are 296 TFLOP/s on an H100, at 6 operations for each parameter and token.
     */
    private static final double PLANNED_SHARE = 296.0 / 989.4;

    public GpuType {
        if (name.isBlank() || !(peakTflops > 0) || !Double.isFinite(peakTflops)) {
            throw new IllegalArgumentException(
                    "a GPU type has a name and a peak above 0, not '" + name + "' and " + peakTflops);
        }
    }

    /** The types that are known here. */
    public static List<GpuType> all() {
        return ALL;
    }

    /** By the service's name, with spaces or underscores. */
    public static Optional<GpuType> named(String name) {
        String wanted = folded(name);
        return ALL.stream().filter(type -> folded(type.name).equals(wanted)).findFirst();
    }

    private static String folded(String name) {
        return name.strip().toUpperCase(Locale.ROOT).replaceAll("[ _-]+", "");
    }

    /** What to plan with in TFLOP/s: 29.9 % of the peak, as the guide's table does. Measure to know. */
    public double plannedTflops() {
        return PLANNED_SHARE * peakTflops;
    }

    @Override
    public String toString() {
        return name;
    }
}

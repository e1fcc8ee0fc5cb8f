package ai.flightmind.train;

import ai.flightmind.model.Precision;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * What a GPU can do at most, from its maker's data sheet: dense products, without sparsity. Unknown devices have no
 * peak, rather than a wrong one.
 */
final class PeakFlops {
    private static final double TERA = 1e12;

    private record Peak(double bf16Tera, double fp32Tera) {}

    /** By part of the name that the driver gives; the first that fits counts. */
    private static final Map<String, Peak> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("H100 PCIe", new Peak(756, 51));
        BY_NAME.put("H100 NVL", new Peak(835, 60));
        BY_NAME.put("H100", new Peak(989.4, 66.9));
        BY_NAME.put("H200 NVL", new Peak(835, 60));
        BY_NAME.put("H200", new Peak(989.4, 66.9));
        BY_NAME.put("H800", new Peak(989.4, 66.9));
        BY_NAME.put("GH200", new Peak(989.4, 66.9));
        BY_NAME.put("B200", new Peak(2_250, 75));
        BY_NAME.put("A100", new Peak(312, 19.5));
        BY_NAME.put("A800", new Peak(312, 19.5));
        BY_NAME.put("L40S", new Peak(362, 91.6));
        BY_NAME.put("L40", new Peak(181, 90.5));
        BY_NAME.put("RTX 4090", new Peak(165.2, 82.6));
        BY_NAME.put("RTX 3090", new Peak(71, 35.6));
        BY_NAME.put("A6000", new Peak(154.8, 38.7));
    }

    private PeakFlops() {}

    /**
     * Operations per second.
     *
     * @param deviceName as the driver gives it, such as {@code NVIDIA H100 80GB HBM3}
     */
    static OptionalDouble of(String deviceName, Precision precision) {
        return BY_NAME.entrySet().stream()
                .filter(entry -> deviceName.contains(entry.getKey()))
                .mapToDouble(entry -> TERA
                        * (precision == Precision.BF16
                                ? entry.getValue().bf16Tera()
                                : entry.getValue().fp32Tera()))
                .findFirst();
    }
}

package ai.flightmind.vast.machine;

import ai.flightmind.vast.unit.MemorySize;
import java.util.List;

/**
 * A GPU, as its driver sees it.
 *
 * @param index from 0
 * @param uuid its own, the same wherever it is plugged in
 * @param name the driver's, such as {@code NVIDIA H100 80GB HBM3}
 * @param memory all of it
 * @param driverVersion such as {@code 580.95.05}
 * @param computeCapability such as {@code 9.0}
 */
public record Gpu(
        int index, String uuid, String name, MemorySize memory, String driverVersion, String computeCapability) {
    /** What to ask {@code nvidia-smi} for. */
    static final String QUERY = "index,uuid,name,memory.total,driver_version,compute_cap";

    private static final int FIELDS = 6;

    /** A line of {@code nvidia-smi --query-gpu=… --format=csv,noheader,nounits}. */
    static Gpu parse(String line) {
        List<String> fields = List.of(line.strip().split("\\s*,\\s*", -1));
        if (fields.size() != FIELDS) {
            throw new IllegalArgumentException("nvidia-smi printed " + fields.size() + " fields, not " + FIELDS);
        }
        return new Gpu(
                Integer.parseInt(fields.get(0)),
                fields.get(1),
                fields.get(2),
                MemorySize.ofMb(Double.parseDouble(fields.get(3)) * MIB_IN_MB),
                fields.get(4),
                fields.get(5));
    }

    /** The driver counts in MiB, whatever it calls them. */
    private static final double MIB_IN_MB = 1.048576;

    /** The driver's first number, by which CUDA's needs are stated; 0 if it cannot be read. */
    public int driverMajor() {
        String digits = driverVersion.split("\\.", 2)[0];
        return digits.matches("\\d{1,4}") ? Integer.parseInt(digits) : 0;
    }
}

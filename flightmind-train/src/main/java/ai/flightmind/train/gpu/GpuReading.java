package ai.flightmind.train.gpu;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * One GPU at one moment. What its driver does not tell is empty.
 *
 * @param index NVML's, from 0: that of {@code nvidia-smi}, which CUDA's may differ from
 * @param name as {@code NVIDIA H100 80GB HBM3}
 * @param usedBytes memory taken, by whatever process
 * @param totalBytes memory there is
 * @param utilisation the part of the last moments in which a kernel ran, from 0 to 1
 * @param temperatureCelsius of the chip
 * @param powerWatts drawn by the board
 */
public record GpuReading(
        int index,
        String name,
        OptionalLong usedBytes,
        OptionalLong totalBytes,
        OptionalDouble utilisation,
        OptionalDouble temperatureCelsius,
        OptionalDouble powerWatts) {}

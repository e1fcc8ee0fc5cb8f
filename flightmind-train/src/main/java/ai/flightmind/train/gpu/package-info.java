/**
 * How the machine's NVIDIA GPUs are doing, as their driver's own library NVML says: start at {@link
 * ai.flightmind.train.gpu.GpuMonitor#open()}, which is empty where there is no such GPU.
 */
@NullMarked
package ai.flightmind.train.gpu;

import org.jspecify.annotations.NullMarked;

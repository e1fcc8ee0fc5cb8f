package ai.flightmind.train.gpu;

import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all GPUs of the machine again and again, on a thread of its own, so that asking for the newest readings costs the
 * training thread nothing. Thread-safe.
 */
public final class GpuMonitor implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(GpuMonitor.class);
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final Nvml nvml;
    private final Thread thread = new Thread(this::keepReading, "gpu-monitor");
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile List<GpuReading> newest;

    private GpuMonitor(Nvml nvml) {
        this.nvml = nvml;
        this.newest = readAll();
        thread.setDaemon(true);
    }

    /** Empty where there is no NVIDIA driver, or it knows of no GPU. The caller closes it. */
    public static Optional<GpuMonitor> open() {
        try {
            Nvml nvml = Native.load(Platform.isWindows() ? "nvml" : "libnvidia-ml.so.1", Nvml.class);
            int status = nvml.nvmlInit_v2();
            if (status != Nvml.SUCCESS) {
                log.debug("NVML did not start: status {}", status);
                return Optional.empty();
            }
            GpuMonitor monitor = new GpuMonitor(nvml);
            if (monitor.readings().isEmpty()) {
                nvml.nvmlShutdown();
                return Optional.empty();
            }
            monitor.thread.start();
            return Optional.of(monitor);
        } catch (UnsatisfiedLinkError e) {
            log.debug("No NVML here: {}", e.getMessage());
            return Optional.empty();
        }
    }

    /** One for each GPU, by index, at most a few seconds old. */
    public List<GpuReading> readings() {
        return newest;
    }

    private List<GpuReading> readAll() {
        IntByReference count = new IntByReference();
        if (nvml.nvmlDeviceGetCount_v2(count) != Nvml.SUCCESS) {
            return List.of();
        }
        List<GpuReading> readings = new ArrayList<>();
        for (int index = 0; index < count.getValue(); index++) {
            PointerByReference device = new PointerByReference();
            if (nvml.nvmlDeviceGetHandleByIndex_v2(index, device) == Nvml.SUCCESS) {
                readings.add(read(index, device));
            }
        }
        return List.copyOf(readings);
    }

    private GpuReading read(int index, PointerByReference handle) {
        byte[] name = new byte[Nvml.NAME_BYTES];
        boolean named = nvml.nvmlDeviceGetName(handle.getValue(), name, name.length) == Nvml.SUCCESS;
        Nvml.Memory memory = new Nvml.Memory();
        boolean remembered = nvml.nvmlDeviceGetMemoryInfo(handle.getValue(), memory) == Nvml.SUCCESS;
        Nvml.Utilization utilization = new Nvml.Utilization();
        boolean utilised = nvml.nvmlDeviceGetUtilizationRates(handle.getValue(), utilization) == Nvml.SUCCESS;
        IntByReference celsius = new IntByReference();
        boolean felt = nvml.nvmlDeviceGetTemperature(handle.getValue(), Nvml.TEMPERATURE_GPU, celsius) == Nvml.SUCCESS;
        IntByReference milliwatts = new IntByReference();
        boolean powered = nvml.nvmlDeviceGetPowerUsage(handle.getValue(), milliwatts) == Nvml.SUCCESS;
        return new GpuReading(
                index,
                named ? Native.toString(name, StandardCharsets.UTF_8) : "GPU",
                remembered ? OptionalLong.of(memory.used) : OptionalLong.empty(),
                remembered ? OptionalLong.of(memory.total) : OptionalLong.empty(),
                utilised ? OptionalDouble.of(utilization.gpu / 100.0) : OptionalDouble.empty(),
                felt ? OptionalDouble.of(celsius.getValue()) : OptionalDouble.empty(),
                powered ? OptionalDouble.of(milliwatts.getValue() / 1_000.0) : OptionalDouble.empty());
    }

    private void keepReading() {
        try {
            while (!closed.await(INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                newest = readAll();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Ends its thread. */
    @Override
    public synchronized void close() {
        if (closed.getCount() == 0) {
            return;
        }
        closed.countDown();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        nvml.nvmlShutdown();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

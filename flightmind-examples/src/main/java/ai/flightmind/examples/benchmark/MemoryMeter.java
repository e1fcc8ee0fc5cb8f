package ai.flightmind.examples.benchmark;

import ai.flightmind.model.Device;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;

/** Where a peak of memory can be read. */
interface MemoryMeter {
    String of();

    /** In use now; empty where nothing tells. */
    Optional<Long> nowBytes();

    /** The most since the last {@link #restart}. */
    Optional<Long> peakBytes();

    /** Lets the peak begin anew, if that is allowed. */
    boolean restart();

    static MemoryMeter of(Device device) {
        return device.isCuda() ? new Cuda((byte) device.index()) : new ProcessMemory();
    }

    /** What libtorch's allocator has given out of the GPU's memory. */
    record Cuda(byte index) implements MemoryMeter {
        @Override
        public String of() {
            return "tensors on the GPU";
        }

        @Override
        public Optional<Long> nowBytes() {
            try (PointerScope scope = new PointerScope()) {
                return Optional.of(torch.getDeviceStats(index).allocated_bytes().current());
            }
        }

        @Override
        public Optional<Long> peakBytes() {
            try (PointerScope scope = new PointerScope()) {
                return Optional.of(torch.getDeviceStats(index).allocated_bytes().peak());
            }
        }

        @Override
        public boolean restart() {
            torch.resetPeakStats(index);
            return true;
        }
    }
}

package ai.flightmind.model;

import ai.flightmind.model.libtorch.Libtorch;
import org.bytedeco.pytorch.SizeTPair;
import org.bytedeco.pytorch.cuda.CUDAAllocator;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * How much memory a device has at one moment, in bytes.
 *
 * @param freeBytes what this process can still take. Of a GPU, what nobody holds. Of the CPU, the least of what the system
 *     has available without swapping, and of what the limits on this process leave it: those of its control groups (a
 *     container's), and on its address space
 * @param totalBytes of the GPU, or the least of the machine's memory and those limits
 */
public record DeviceMemory(long freeBytes, long totalBytes) {
    /**
     * Reads it. Has libtorch's allocator give back what it keeps for reuse, so that this counts as free; the next step has to
     * ask for it again: nothing for every step.
     */
    public static DeviceMemory of(Device device) {
        Libtorch.load();
        if (!device.isCuda()) {
            Malloc.giveBack();
            return HostMemory.ofThisProcess().read();
        }
        CUDAAllocator allocator = torch_cuda.getAllocator();
        allocator.emptyCache();
        try (SizeTPair freeAndTotal = allocator.getMemoryInfo((byte) device.index())) {
            return new DeviceMemory(freeAndTotal.first(), freeAndTotal.second());
        }
    }
}

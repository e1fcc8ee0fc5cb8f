package ai.flightmind.model;

import ai.flightmind.model.error.DeviceException;
import ai.flightmind.model.libtorch.Libtorch;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch_cuda;

/**
 * Where tensors live: the CPU, or one CUDA GPU. An immutable value.
 *
 * @param kind CPU or CUDA
 * @param index which GPU, from 0; 0 for the CPU
 */
public record Device(Kind kind, int index) {
    /** CPU or CUDA. */
    public enum Kind {
        CPU,
        CUDA
    }

    public Device {
        if (index < 0 || (kind == Kind.CPU && index != 0)) {
            throw new IllegalArgumentException("No such device index for " + kind + ": " + index);
        }
    }

    /** The CPU. */
    public static Device cpu() {
        return new Device(Kind.CPU, 0);
    }

    /**
     * The CUDA GPU with this index.
     *
     * @throws DeviceException if it is not there, or the natives on the class path are not the CUDA build
     */
    public static Device cuda(int index) {
        int count = cudaDevices();
        if (index >= count) {
            throw new DeviceException("cuda:" + index + " was asked for, but libtorch sees " + count
                    + " CUDA devices. Check nvidia-smi, and that the natives on the class path are the -gpu build"
                    + " (org.bytedeco:pytorch with the classifier linux-x86_64-gpu).");
        }
        return new Device(Kind.CUDA, index);
    }

    /**
     * This process's CUDA GPU where there is one, else the CPU: the GPU whose number a launcher of several processes put
     * into the environment as {@code LOCAL_RANK}, else the first.
     *
     * @throws DeviceException if there are fewer GPUs than such processes
     */
    public static Device best() {
        int count = cudaDevices();
        if (count == 0) {
            return cpu();
        }
        String localRank = System.getenv("LOCAL_RANK");
        int index = localRank == null || !localRank.matches("\\d{1,4}") ? 0 : Integer.parseInt(localRank);
        if (index >= count) {
            throw new DeviceException("LOCAL_RANK is " + index + ", but libtorch sees " + count
                    + " CUDA devices. Start one process per GPU, or name each process's device.");
        }
        return cuda(index);
    }

    /** Reads {@code cpu}, {@code cuda} or {@code cuda:1}. */
    public static Device parse(String text) {
        if (text.equals("cpu")) {
            return cpu();
        }
        if (text.equals("cuda")) {
            return cuda(0);
        }
        if (text.matches("cuda:\\d{1,3}")) {
            return cuda(Integer.parseInt(text.substring("cuda:".length())));
        }
        throw new IllegalArgumentException("Not a device: '" + text + "'. Write cpu, cuda or cuda:1.");
    }

    /** How many CUDA GPUs libtorch sees; 0 with a CPU build. */
    public static int cudaDevices() {
        Libtorch.load();
        return torch.cuda_is_available() ? torch.cuda_device_count() : 0;
    }

    public boolean isCuda() {
        return kind == Kind.CUDA;
    }

    /** Waits until a GPU has done all that it was asked for; the CPU always has. */
    public void synchronize() {
        if (isCuda()) {
            torch.cuda_synchronize(index);
        }
    }

    /** What the driver calls the GPU, such as {@code NVIDIA H100 80GB HBM3}; {@code cpu} for the CPU. */
    public String hardwareName() {
        return isCuda() ? torch_cuda.getDeviceProperties((byte) index).name().getString() : "cpu";
    }

    /** The same device as libtorch's own value; the caller closes it, or its scope does. */
    public org.bytedeco.pytorch.Device toTorch() {
        return isCuda()
                ? new org.bytedeco.pytorch.Device(DeviceType.CUDA, (byte) index)
                : new org.bytedeco.pytorch.Device(DeviceType.CPU);
    }

    /** {@code cpu} or {@code cuda:0}. */
    @Override
    public String toString() {
        return isCuda() ? "cuda:" + index : "cpu";
    }
}

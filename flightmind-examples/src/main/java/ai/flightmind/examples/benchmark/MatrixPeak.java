package ai.flightmind.examples.benchmark;

import ai.flightmind.model.Device;
import ai.flightmind.model.Precision;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** How fast a device multiplies large square matrices, which training cannot exceed. */
final class MatrixPeak {
    private static final int RUNS = 8;

    private MatrixPeak() {}

    /** Large enough for the device, and small enough for a CPU's patience. */
    static int size(Device device) {
        return device.isCuda() ? 8_192 : 2_048;
    }

    /** Operations per second, of the best of 8 products. */
    static double flops(Device device, Precision precision) {
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            TensorOptions options = new TensorOptions(
                            precision == Precision.BF16 ? ScalarType.BFloat16 : ScalarType.Float)
                    .device(new DeviceOptional(device.toTorch()));
            int size = size(device);
            Tensor left = torch.rand(new long[] {size, size}, options);
            Tensor right = torch.rand_like(left);
            Tensor product = torch.mm(left, right);
            long best = Long.MAX_VALUE;
            for (int i = 0; i < RUNS; i++) {
                device.synchronize();
                long begin = System.nanoTime();
                torch.mm_out(product, left, right);
                device.synchronize();
                best = Math.min(best, System.nanoTime() - begin);
            }
            return 2 * Math.pow(size, 3) / (best / 1e9);
        }
    }
}

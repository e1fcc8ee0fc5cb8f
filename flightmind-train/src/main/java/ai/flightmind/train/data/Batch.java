package ai.flightmind.train.data;

import ai.flightmind.model.Device;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A micro-batch on its device: a row of S tokens gives S − 1 inputs and, one further, S − 1 targets.
 *
 * @param inputs (B, S − 1), int64
 * @param targets (B, S − 1), int64; below 0 where a token is not to be learned
 */
public record Batch(Tensor inputs, Tensor targets) {
    /** From rows (B, S), int64, as a {@link RowTable} gives them. The tensors belong to the caller's scope. */
    public static Batch ofRows(Tensor rows, Device device) {
        Tensor onDevice = device.isCuda() ? sent(rows, device) : rows;
        long targets = rows.size(1) - 1;
        Tensor inputs = onDevice.narrow(1, 0, targets);
        return new Batch(
                // Of a token and its complement one is negative.
                torch.maximum(inputs, inputs.bitwise_not()),
                onDevice.narrow(1, 1, targets).contiguous());
    }

    /** From pinned memory the GPU fetches them by itself, while this thread goes on; libtorch keeps the memory till then. */
    private static Tensor sent(Tensor rows, Device device) {
        boolean nonBlocking = true;
        boolean copy = false;
        return rows.pin_memory().to(device.toTorch(), ScalarType.Long, nonBlocking, copy, new MemoryFormatOptional());
    }
}

package ai.flightmind.train.data;

import ai.flightmind.model.Device;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A micro-batch on its device: a row of S tokens gives S − 1 inputs and, one further, S − 1 targets.
 *
 * @param inputs (B, S − 1), int64
 * @param targets (B, S − 1), int64
 */
public record Batch(Tensor inputs, Tensor targets) {
    /** From rows (B, S), int64. The tensors belong to the caller's scope. */
    public static Batch ofRows(Tensor rows, Device device) {
        Tensor onDevice = device.isCuda() ? rows.to(device.toTorch(), ScalarType.Long) : rows;
        long targets = rows.size(1) - 1;
        return new Batch(
                onDevice.narrow(1, 0, targets).contiguous(),
                onDevice.narrow(1, 1, targets).contiguous());
    }

    /** How many tokens are predicted. */
    public long targetCount() {
        return targets.numel();
    }
}

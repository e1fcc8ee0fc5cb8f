package ai.flightmind.train.checkpoint;

import ai.flightmind.train.error.CheckpointException;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Keeps NaN and infinity out of checkpoints: a run can be resumed from an older one, but not cured of them. Takes one
 * pass over weights and moments and waits for the device once.
 */
final class FiniteNumbers {
    private FiniteNumbers() {}

    static void require(Snapshot snapshot) {
        require(snapshot.numbers(), "The checkpoint of step " + snapshot.step());
    }

    /** @param what is to be written */
    static void require(Map<String, Tensor> all, String what) {
        try (PointerScope scope = new PointerScope()) {
            TensorVector each = new TensorVector();
            for (Tensor tensor : all.values()) {
                try (PointerScope one = new PointerScope()) {
                    each.push_back(tensor.detach().isfinite().all());
                }
            }
            if (!torch.stack(each).all().item_bool()) {
                throw new CheckpointException(what + " was not written: "
                        + firstNotFinite(all) + " holds numbers that are not finite. Earlier checkpoints are as they"
                        + " were; resume from the latest of them.");
            }
        }
    }

    private static String firstNotFinite(Map<String, Tensor> all) {
        return all.entrySet().stream()
                .filter(each -> !each.getValue().detach().isfinite().all().item_bool())
                .map(Map.Entry::getKey)
                .findFirst()
                .orElseThrow();
    }
}

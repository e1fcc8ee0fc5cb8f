package ai.flightmind.model;

import java.util.IdentityHashMap;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * The weights without autograd, matrices in the numbers that they are multiplied in: in float32 the weights themselves, in
 * bfloat16 copies that are made anew by {@link #refresh()}. Read by several threads at once.
 */
final class LoweredWeights {
    private final IdentityHashMap<Tensor, Tensor> factors = new IdentityHashMap<>();
    private final IdentityHashMap<Tensor, Tensor> handles = new IdentityHashMap<>();

    LoweredWeights(Weights weights, Precision precision, Workspace memory) {
        weights.byName().values().forEach(weight -> add(weight, precision, memory));
        weights.trained().values().forEach(weight -> add(weight, precision, memory));
    }

    private void add(Tensor weight, Precision precision, Workspace memory) {
        if (handles.containsKey(weight)) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            handles.put(weight, memory.keep(weight.detach()));
        }
        if (weight.dim() == 2 && precision != Precision.FP32) {
            factors.put(weight, memory.lowered(weight.sizes().vec().get()));
        }
    }

    /** Makes the copies what the weights are now. */
    void refresh() {
        try (NoGradGuard noGrad = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            factors.forEach((weight, copy) -> copy.copy_(weight));
        }
    }

    /** The weight itself, float32. */
    Tensor full(Tensor weight) {
        return Objects.requireNonNull(handles.get(weight));
    }

    /** The matrix as a factor of products. */
    Tensor factor(Tensor weight) {
        Tensor copy = factors.get(weight);
        return copy == null ? full(weight) : copy;
    }
}

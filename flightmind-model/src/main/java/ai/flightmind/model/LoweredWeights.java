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
final class LoweredWeights implements AutoCloseable {
    private final Workspace copies;
    private final IdentityHashMap<Tensor, Tensor> factors = new IdentityHashMap<>();
    private final IdentityHashMap<Tensor, Tensor> handles = new IdentityHashMap<>();

    LoweredWeights(Weights weights, Precision precision) {
        this.copies = new Workspace(precision);
        weights.byName().values().forEach(weight -> add(weight, precision));
        weights.trained().values().forEach(weight -> add(weight, precision));
    }

    private void add(Tensor weight, Precision precision) {
        if (handles.containsKey(weight)) {
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor handle = weight.detach();
            handle.retainReference();
            handles.put(weight, handle);
        }
        if (weight.dim() == 2 && precision != Precision.FP32) {
            factors.put(weight, copies.lowered(weight.sizes().vec().get()));
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

    @Override
    public void close() {
        copies.close();
        handles.values().forEach(Tensor::close);
    }
}

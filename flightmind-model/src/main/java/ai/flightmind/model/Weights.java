package ai.flightmind.model;

import ai.flightmind.model.lora.LoraAdapter;
import ai.flightmind.model.lora.LowRank;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * The weights: float32 leaves, owned here until closed. They ask for gradients, unless an adapter stands beside them, which
 * then does.
 */
final class Weights implements AutoCloseable {
    private final Map<String, Tensor> byName;
    private @Nullable LoraAdapter adapter;

    private Weights(Map<String, Tensor> byName) {
        this.byName = Collections.unmodifiableMap(byName);
    }

    /** Draws on the CPU, whatever the device, so that a seed means the same weights everywhere. */
    static Weights initialise(GptConfig config, Device device, Seed seed) {
        Map<String, Tensor> byName = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            Generator generator = torch.make_generator_cpu(seed.value());
            for (ParameterSpec spec : config.parameters()) {
                try (PointerScope each = new PointerScope()) {
                    Tensor weight = torch.empty(spec.dimensions());
                    if (spec.initStd().isPresent()) {
                        weight.normal_(0, spec.initStd().getAsDouble(), new GeneratorOptional(generator));
                    } else {
                        torch.ones_out(weight, spec.dimensions());
                    }
                    if (device.isCuda()) {
                        weight = weight.to(device.toTorch(), torch.ScalarType.Float);
                    }
                    weight.set_requires_grad(true);
                    weight.retainReference();
                    byName.put(spec.name(), weight);
                }
            }
        } catch (RuntimeException e) {
            byName.values().forEach(Tensor::close);
            throw e;
        }
        return new Weights(byName);
    }

    /**
     * The same weights as a model reads them that does not learn: matrices of the layers in the numbers they are
     * multiplied in and with what an adapter adds to them, everything else shared with these. To be closed by itself.
     */
    Weights forInference(Compute compute) {
        Map<String, Tensor> handles = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            byName.forEach((name, weight) -> {
                boolean multiplied = weight.dim() == 2 && !name.equals(Names.EMBEDDING);
                LowRank beside = beside(name);
                Tensor whole = beside == null
                        ? weight.detach()
                        : beside.mergedInto(weight).detach();
                Tensor handle = multiplied ? compute.lower(whole) : whole;
                handle.retainReference();
                handles.put(name, handle);
            });
        } catch (RuntimeException e) {
            handles.values().forEach(Tensor::close);
            throw e;
        }
        return new Weights(handles);
    }

    Map<String, Tensor> byName() {
        return byName;
    }

    Tensor get(String name) {
        Tensor weight = byName.get(name);
        if (weight == null) {
            throw new IllegalArgumentException("The model has no parameter named " + name);
        }
        return weight;
    }

    /** What changes when the model is trained. */
    Map<String, Tensor> trained() {
        return adapter == null ? byName : adapter.parameters();
    }

    @Nullable
    LoraAdapter adapter() {
        return adapter;
    }

    /** What an adapter has beside a weight, if there is one and the weight is a target of it. */
    @Nullable
    LowRank beside(String name) {
        return adapter == null ? null : adapter.beside(name);
    }

    /** Freezes the weights beside this adapter, which is owned here from now on. */
    void attach(LoraAdapter attached) {
        adapter = attached;
        requireGradients(false);
    }

    /** Closes the adapter; the weights are trained again. */
    void detach() {
        closeAdapter();
        requireGradients(true);
    }

    private void requireGradients(boolean required) {
        try (PointerScope scope = new PointerScope()) {
            byName.values().forEach(weight -> weight.set_requires_grad(required));
        }
    }

    private void closeAdapter() {
        if (adapter != null) {
            adapter.close();
            adapter = null;
        }
    }

    @Override
    public void close() {
        closeAdapter();
        byName.values().forEach(Tensor::close);
    }
}

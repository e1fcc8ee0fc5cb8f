package ai.flightmind.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The trained tensors: float32 leaves that ask for gradients, owned here until closed. */
final class Weights implements AutoCloseable {
    private final Map<String, Tensor> byName;

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

    @Override
    public void close() {
        byName.values().forEach(Tensor::close);
    }
}

package ai.flightmind.model.lora;

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
 * The two small matrices beside each target layer of a model: float32 leaves that ask for gradients, on the model's device,
 * owned here until closed. Made by {@link ai.flightmind.model.Gpt#attachAdapter}, which closes it. Not thread-safe.
 */
public final class LoraAdapter implements AutoCloseable {
    private static final String WEIGHT = ".weight";

    private final LoraConfig config;
    private final String base;
    private final Map<String, LowRank> byWeight;
    private final Map<String, Tensor> parameters;

    private LoraAdapter(LoraConfig config, String base, Map<String, LowRank> byWeight) {
        this.config = config;
        this.base = base;
        this.byWeight = byWeight;
        Map<String, Tensor> named = new LinkedHashMap<>();
        byWeight.forEach((weight, pair) -> {
            String layer = weight.substring(0, weight.length() - WEIGHT.length());
            named.put(layer + ".lora_A", pair.a());
            named.put(layer + ".lora_B", pair.b());
        });
        this.parameters = Collections.unmodifiableMap(named);
    }

    /**
     * A new adapter, which adds nothing yet: A is drawn from N(0, 1/rank²), B is 0. The same seed gives the same A on every
     * device.
     *
     * @param weights of the model, by name
     * @param base what tells these weights from others
     */
    public static LoraAdapter create(LoraConfig config, Map<String, Tensor> weights, String base, long seed) {
        Map<String, LowRank> byWeight = new LinkedHashMap<>();
        try (PointerScope scope = new PointerScope()) {
            Generator generator = torch.make_generator_cpu(seed);
            weights.forEach((name, weight) -> {
                if (config.targets().stream().anyMatch(target -> target.isOf(name))) {
                    byWeight.put(name, pair(config, weight, generator));
                }
            });
        } catch (RuntimeException e) {
            new LoraAdapter(config, base, byWeight).close();
            throw e;
        }
        return new LoraAdapter(config, base, byWeight);
    }

    private static LowRank pair(LoraConfig config, Tensor weight, Generator generator) {
        try (PointerScope scope = new PointerScope()) {
            Tensor like = weight.detach();
            Tensor drawn = torch.empty(config.rank(), weight.size(1))
                    .normal_(0, 1.0 / config.rank(), new GeneratorOptional(generator));
            Tensor zeros = torch.zeros(weight.size(0), config.rank());
            return new LowRank(leaf(drawn.to(like)), leaf(zeros.to(like)), config.scale());
        }
    }

    private static Tensor leaf(Tensor tensor) {
        tensor.set_requires_grad(true);
        tensor.retainReference();
        return tensor;
    }

    public LoraConfig config() {
        return config;
    }

    /** The fingerprint of the weights that it was made for, as {@link ai.flightmind.model.Gpt#fingerprint} gives it. */
    public String base() {
        return base;
    }

    /**
     * Its tensors: for each target layer {@code layers.0.attn.q_proj.lora_A}, (rank, in), and {@code …lora_B}, (out, rank).
     * Writing into them (under a {@code NoGradGuard}) changes what the model says, closing them breaks it.
     */
    public Map<String, Tensor> parameters() {
        return parameters;
    }

    /** What stands beside a weight, if it is a target's. */
    public @Nullable LowRank beside(String weight) {
        return byWeight.get(weight);
    }

    @Override
    public void close() {
        parameters.values().forEach(Tensor::close);
    }
}

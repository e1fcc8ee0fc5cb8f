package ai.flightmind.model;

import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.model.lora.LoraAdapter;
import ai.flightmind.model.lora.LoraConfig;
import ai.flightmind.model.lora.LowRank;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A GPT on one device. It owns its weights: native memory that is given back by {@link #close()}.
 *
 * <p>Tensors that go in and come out belong to the caller, or to the {@code PointerScope} he opened; one scope per
 * micro-batch keeps memory flat. Not thread-safe.
 */
public final class Gpt implements AutoCloseable {
    private final GptConfig config;
    private final Device device;
    private final Weights weights;
    private final Decoder decoder;
    private final LanguageModelHead head;
    private final GradientPass pass;
    private @Nullable ParallelPass parallel;
    private boolean hooked;

    private Gpt(GptConfig config, Device device, Weights weights) {
        this.config = config;
        this.device = device;
        this.weights = weights;
        this.decoder = new Decoder(config, weights, device);
        this.head = new LanguageModelHead(weights.get(Names.EMBEDDING));
        this.pass = new GradientPass(config, weights, decoder, head);
    }

    /**
     * A model with new weights: matrices N(0, 0.02²), those that write into the residual stream N(0, (0.02/√(2·d))²),
     * norms 1. The same seed gives the same weights on every device.
     */
    public static Gpt create(GptConfig config, Device device, Seed seed) {
        Libtorch.load();
        return new Gpt(config, device, Weights.initialise(config, device, seed));
    }

    public GptConfig config() {
        return config;
    }

    public Device device() {
        return device;
    }

    /**
     * The weights by their names in the original's state dict, in its order, without the tied {@code lm_head.weight}. Float32
     * leaves on the model's device; writing into them (under a {@code NoGradGuard}) changes the model, closing them breaks
     * it.
     */
    public Map<String, Tensor> parameters() {
        return weights.byName();
    }

    /**
     * One of the {@link #parameters()}.
     *
     * @throws IllegalArgumentException if there is none of this name
     */
    public Tensor parameter(String name) {
        return weights.get(name);
    }

    /** What training changes: the {@link #parameters()}, or those of the adapter beside them. */
    public Map<String, Tensor> trainedParameters() {
        return weights.trained();
    }

    /**
     * Freezes the weights and puts a new adapter beside them, which is trained from now on; what the model says is not
     * changed by it yet. Takes a pass over the weights for their {@link #fingerprint()}.
     *
     * @param seed of the adapter's matrices
     * @return the adapter, which belongs to the model
     * @throws IllegalStateException if there is one already
     */
    public LoraAdapter attachAdapter(LoraConfig adapter, Seed seed) {
        if (weights.adapter() != null) {
            throw new IllegalStateException("The model has an adapter already: merge it first");
        }
        releaseWorkspace();
        LoraAdapter attached = LoraAdapter.create(adapter, weights.byName(), fingerprint(), seed.value());
        weights.attach(attached);
        return attached;
    }

    /** The adapter beside the weights, if there is one. */
    public Optional<LoraAdapter> adapter() {
        return Optional.ofNullable(weights.adapter());
    }

    /**
     * Adds the adapter into the weights, W + (alpha/rank)·B·A, and lets go of it; the weights are trained again.
     *
     * @throws IllegalStateException if there is none
     */
    public void mergeAdapter() {
        requireAdapter();
        releaseWorkspace();
        try (NoGradGuard noGrad = new NoGradGuard()) {
            weights.byName().forEach((name, weight) -> {
                LowRank beside = weights.beside(name);
                if (beside != null) {
                    try (PointerScope scope = new PointerScope()) {
                        weight.copy_(beside.mergedInto(weight));
                    }
                }
            });
        }
        weights.detach();
    }

    /**
     * Lets go of the adapter without a trace; the weights are trained again.
     *
     * @throws IllegalStateException if there is none
     */
    public void detachAdapter() {
        requireAdapter();
        releaseWorkspace();
        weights.detach();
    }

    private void requireAdapter() {
        if (weights.adapter() == null) {
            throw new IllegalStateException("The model has no adapter");
        }
    }

    /**
     * The arithmetic of training on one token, in floating-point operations: {@link GptConfig#flopsPerToken}, or beside an
     * adapter of n numbers 4·N + 6·n and attention's, as frozen weights get no gradient.
     *
     * @param sequenceLength in tokens
     */
    public double flopsPerToken(int sequenceLength) {
        double whole = config.flopsPerToken(sequenceLength);
        if (weights.adapter() == null) {
            return whole;
        }
        long adapterCount =
                weights.trained().values().stream().mapToLong(Tensor::numel).sum();
        return whole - 2.0 * config.parameterCount() + 6.0 * adapterCount;
    }

    /** The SHA-256 of the weights and their names, in hex digits: equal for equal weights, whatever file they are from. */
    public String fingerprint() {
        return Fingerprint.of(weights.byName());
    }

    /**
     * The logits of every position, with autograd unless the caller switched it off.
     *
     * @param tokens ids (B, T), int64, on the model's device, T at most the sequence length
     * @return (B, T, V), float32
     */
    public Tensor logits(Tensor tokens, Precision precision) {
        Compute compute = compute(precision);
        return head.logits(decoder.hidden(checked(tokens), compute), compute);
    }

    /**
     * The sum of the cross-entropies of all targets, without gradients.
     *
     * @param tokens ids (B, T), int64, on the model's device
     * @param targets ids (B, T), int64; those below 0 are ignored
     * @return a float64 scalar on the device, in nats
     */
    public Tensor lossSum(Tensor tokens, Tensor targets, Precision precision) {
        Compute compute = compute(precision);
        try (NoGradGuard noGrad = new NoGradGuard()) {
            return head.lossSum(decoder.hidden(checked(tokens), compute), targets, compute);
        }
    }

    /**
     * Runs a micro-batch forward and backward, adding the gradient of {@code scale} times the sum of its losses to those of
     * the {@link #trainedParameters()}.
     *
     * @param tokens ids (B, T), int64, on the model's device
     * @param targets ids (B, T), int64; those below 0 are ignored
     * @param scale 1 over the number of targets of the whole step, so that accumulation gives the mean
     * @return the unscaled sum of the losses, a float64 scalar on the device, in nats
     */
    public Tensor accumulateGradients(Tensor tokens, Tensor targets, double scale, Precision precision) {
        return accumulateGradients(tokens, targets, scale, precision, PassEnds.untold());
    }

    /**
     * As {@link #accumulateGradients(Tensor, Tensor, double, Precision)}, telling how far it is.
     *
     * @param ends what is told
     */
    public Tensor accumulateGradients(Tensor tokens, Tensor targets, double scale, Precision precision, PassEnds ends) {
        Tensor checked = checked(tokens);
        if (device.isCuda() || hooked) {
            return pass.accumulate(checked, targets, scale, compute(precision), ends);
        }
        ParallelPass.Shape shape = ParallelPass.Shape.of(checked, Libtorch.threads(), precision);
        if (parallel == null || !parallel.shape().equals(shape)) {
            closeParallel();
            parallel = new ParallelPass(config, weights, decoder.rotary(), shape);
        }
        return parallel.accumulate(checked, targets, scale, ends);
    }

    /** Gives back the memory that gradients are computed in; the next {@link #accumulateGradients} makes it anew. */
    public void releaseWorkspace() {
        clearGradients();
        closeParallel();
    }

    private void closeParallel() {
        if (parallel != null) {
            parallel.close();
            parallel = null;
        }
    }

    /**
     * Whether gradients are to be made by autograd, one parameter after another, so that hooks on the parameters fire, as
     * c10d's {@code Reducer} needs it. Otherwise, the default, a CPU makes them without it, which is faster and takes less
     * memory.
     */
    public void fireGradientHooks(boolean fire) {
        hooked = fire;
    }

    boolean firesGradientHooks() {
        return hooked;
    }

    /**
     * Which kernel computes attention while training; on a GPU libtorch's choice.
     *
     * @param sequenceLength of the rows, in tokens
     */
    public AttentionKernel attentionKernel(int sequenceLength, Precision precision) {
        if (!device.isCuda() && !hooked) {
            return AttentionKernel.PRODUCTS;
        }
        try (PointerScope scope = new PointerScope()) {
            return decoder.attentionKernel(sequenceLength, compute(precision));
        }
    }

    /** Drops all gradients; the next {@link #accumulateGradients} begins anew. */
    public void clearGradients() {
        try (PointerScope scope = new PointerScope()) {
            for (Tensor parameter : weights.trained().values()) {
                parameter.mutable_grad().reset();
            }
        }
    }

    /**
     * The model as it is now, for reading only: what continues texts, and scores them, without reading them again for
     * each token. In float32 it shares the weights, which must not be trained while it is used; in bfloat16 it has its
     * own copy of the matrices, of 2 bytes per parameter.
     */
    public Inference inference(Precision precision) {
        return new Inference(config, device, weights, compute(precision));
    }

    private Compute compute(Precision precision) {
        return new Compute(precision, device.isCuda());
    }

    private Tensor checked(Tensor tokens) {
        if (tokens.dim() != 2 || tokens.size(1) < 1 || tokens.size(1) > config.sequenceLength()) {
            throw new IllegalArgumentException("Tokens must be (B, T) with T from 1 to " + config.sequenceLength()
                    + " (the model's sequence length), not " + tokens.sizes());
        }
        return tokens;
    }

    /** Frees the weights. The model must not be used afterwards. */
    @Override
    public void close() {
        releaseWorkspace();
        decoder.close();
        head.close();
        weights.close();
    }
}

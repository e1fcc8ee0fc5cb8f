package ai.flightmind.model;

import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A trained model at work: it reads tokens into a {@link KeyValueCache} and says what may follow. Made by {@link
 * Gpt#inference}; what it holds besides the model's weights is given back by {@link #close()}. Without gradients. Not
 * thread-safe.
 *
 * <p>Rows of one call may be of different lengths; they are padded behind, where no token looks, so that each row gives
 * what it gives alone, but for float rounding.
 */
public final class Inference implements AutoCloseable {
    private final GptConfig config;
    private final Device device;
    private final Compute compute;
    private final Weights weights;
    private final Tensor headWeight;
    private final Decoder decoder;
    private final LanguageModelHead head;

    Inference(GptConfig config, Device device, Weights trained, Compute compute) {
        this.config = config;
        this.device = device;
        this.compute = compute;
        this.weights = trained.forInference(compute);
        try (PointerScope scope = new PointerScope()) {
            // A copy besides the embedding's: look-ups are float32 in either precision.
            this.headWeight = compute.lower(weights.get(Names.EMBEDDING).detach());
            headWeight.retainReference();
        }
        this.decoder = new Decoder(config, weights, device);
        this.head = new LanguageModelHead(headWeight);
    }

    public GptConfig config() {
        return config;
    }

    public Device device() {
        return device;
    }

    public Precision precision() {
        return compute.precision();
    }

    /**
     * An empty cache. It takes 512·d² bytes per row and token in float32, for a depth of d, and half of that in bfloat16
     * on CUDA (on the CPU attention is float32 in either precision); all of it at once.
     *
     * @param rows sequences side by side
     * @param capacity tokens per row, padding included: for rows that go on at different lengths, the longest row plus
     *     the longest addition
     */
    public KeyValueCache newCache(int rows, int capacity) {
        try (PointerScope scope = new PointerScope()) {
            TensorOptions options =
                    new TensorOptions(compute.ofAttention()).device(new DeviceOptional(device.toTorch()));
            return KeyValueCache.empty(config, rows, capacity, options);
        }
    }

    /**
     * Reads further tokens into each row of a cache and tells what may follow.
     *
     * @param tokens of each row at least one, after which it holds at most the sequence length
     * @return the logits after the last token of each row: (B, V), float32, on the device; it and what it was made from
     *     belong to the caller's scope
     */
    public Tensor nextTokenLogits(List<int[]> tokens, KeyValueCache cache) {
        int width = checked(tokens, cache);
        try (NoGradGuard noGrad = new NoGradGuard()) {
            Tensor hidden = read(tokens, width, cache);
            int[] last = new int[tokens.size()];
            for (int row = 0; row < last.length; row++) {
                last[row] = row * width + tokens.get(row).length - 1;
            }
            return head.logits(at(hidden, last), compute);
        }
    }

    /**
     * Reads further tokens into each row of a cache and tells how likely the targets were: the sum of log p(target | all
     * tokens up to its place) over each row's targets, in nats.
     *
     * @param tokens as for {@link #nextTokenLogits}
     * @param targets one for each token, the one that follows; those below 0 are not asked for
     */
    public double[] logLikelihoods(List<int[]> tokens, List<int[]> targets, KeyValueCache cache) {
        int width = checked(tokens, cache);
        Targets asked = Targets.of(tokens, targets, width, config.vocabSize());
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Tensor hidden = read(tokens, width, cache);
            double[] sums = new double[tokens.size()];
            if (asked.places.length > 0) {
                Tensor ids = torch.tensor(asked.ids).to(device.toTorch(), ScalarType.Long);
                Tensor losses =
                        head.losses(at(hidden, asked.places), ids, compute).cpu();
                float[] values = new float[asked.places.length];
                new FloatPointer(losses.data_ptr()).get(values);
                for (int i = 0; i < values.length; i++) {
                    sums[asked.places[i] / width] -= values[i];
                }
            }
            return sums;
        }
    }

    /** What is asked for. */
    private static final class Targets {
        /** Row · width + place within the row. */
        private final int[] places;

        /** The target of each place. */
        private final int[] ids;

        private Targets(int[] places, int[] ids) {
            this.places = places;
            this.ids = ids;
        }

        static Targets of(List<int[]> tokens, List<int[]> targets, int width, int vocabSize) {
            int[] places = new int[Math.multiplyExact(tokens.size(), width)];
            int[] ids = new int[places.length];
            int count = 0;
            for (int row = 0; row < tokens.size(); row++) {
                int[] ofRow = targets.get(row);
                if (ofRow.length != tokens.get(row).length) {
                    throw new IllegalArgumentException("Row " + row + " has " + tokens.get(row).length + " tokens and "
                            + ofRow.length + " targets; there must be one for each");
                }
                for (int i = 0; i < ofRow.length; i++) {
                    if (ofRow[i] >= vocabSize) {
                        throw new IllegalArgumentException("Target " + ofRow[i] + " at position " + i + " of row " + row
                                + " is outside the vocabulary of " + vocabSize);
                    }
                    if (ofRow[i] >= 0) {
                        places[count] = row * width + i;
                        ids[count] = ofRow[i];
                        count++;
                    }
                }
            }
            return new Targets(Arrays.copyOf(places, count), Arrays.copyOf(ids, count));
        }
    }

    /** How long the longest row is, once everything is known to fit. */
    private int checked(List<int[]> tokens, KeyValueCache cache) {
        if (tokens.size() != cache.rows()) {
            throw new IllegalArgumentException(
                    "The cache has " + cache.rows() + " rows, but tokens were given for " + tokens.size());
        }
        int width = tokens.stream().mapToInt(row -> row.length).max().orElse(0);
        for (int row = 0; row < tokens.size(); row++) {
            int[] ids = tokens.get(row);
            int length = cache.length(row) + ids.length;
            if (ids.length == 0 || length > config.sequenceLength()) {
                throw new IllegalArgumentException("Row " + row + " must get at least one token and hold at most "
                        + config.sequenceLength() + " (the model's sequence length); it holds " + cache.length(row)
                        + " and was given " + ids.length);
            }
            if (cache.length(row) + width > cache.capacity()) {
                throw new IllegalArgumentException("The cache has room for " + cache.capacity()
                        + " tokens per row; row " + row + " holds " + cache.length(row)
                        + ", and the longest addition is "
                        + width);
            }
            requireInVocabulary(ids, row);
        }
        return width;
    }

    private void requireInVocabulary(int[] ids, int row) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= config.vocabSize()) {
                throw new IllegalArgumentException("Token " + ids[i] + " at position " + i + " of row " + row
                        + " is outside the vocabulary of " + config.vocabSize());
            }
        }
    }

    /** To hidden states (B·T, C). */
    private Tensor read(List<int[]> tokens, int width, KeyValueCache cache) {
        int[] padded = new int[Math.multiplyExact(tokens.size(), width)];
        for (int row = 0; row < tokens.size(); row++) {
            System.arraycopy(tokens.get(row), 0, padded, row * width, tokens.get(row).length);
        }
        Tensor ids = torch.tensor(padded).to(device.toTorch(), ScalarType.Long).view(tokens.size(), width);
        Tensor hidden = decoder.hidden(ids, compute, cache);
        for (int row = 0; row < tokens.size(); row++) {
            cache.advance(row, tokens.get(row).length);
        }
        return hidden.view(-1, config.width());
    }

    private Tensor at(Tensor hidden, int[] places) {
        return torch.index_select(hidden, 0, torch.tensor(places).to(device.toTorch(), ScalarType.Long));
    }

    @Override
    public void close() {
        decoder.close();
        head.close();
        headWeight.close();
        weights.close();
    }
}

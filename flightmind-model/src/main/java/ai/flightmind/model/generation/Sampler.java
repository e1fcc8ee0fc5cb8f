package ai.flightmind.model.generation;

import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.DoubleArrayRef;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** From logits to tokens, on the logits' device; all tensors are the caller's scope's. */
final class Sampler {
    /** How many of the likeliest tokens are sorted first: few distributions need more to reach their top-p. */
    private static final int LIKELIEST = 1_024;

    private static final double NEVER = Double.NEGATIVE_INFINITY;

    private final Generation generation;

    Sampler(Generation generation) {
        this.generation = generation;
    }

    /** One token for each sequence, from its row of logits (B, V), float32. */
    int[] draw(Tensor logits, List<Sequence> sequences) {
        if (!logits.isfinite().all().item_bool()) {
            throw new IllegalStateException(
                    "The model's logits are not finite numbers: its weights are damaged, or were"
                            + " saved when training had diverged. Use an older checkpoint.");
        }
        Tensor controlled = controlled(logits, sequences);
        Tensor drawn = generation.temperature() == 0
                ? controlled.argmax(new LongOptional(1), false)
                : drawn(probabilities(controlled), sequences);
        long[] tokens = new long[sequences.size()];
        new LongPointer(drawn.cpu().data_ptr()).get(tokens);
        return Arrays.stream(tokens).mapToInt(Math::toIntExact).toArray();
    }

    /** The logits after repetition control. */
    private Tensor controlled(Tensor logits, List<Sequence> sequences) {
        boolean penalised = generation.repetitionPenalty() != 1;
        if (!penalised && generation.noRepeatNgram() == 0) {
            return logits;
        }
        Tensor controlled = logits.clone();
        int vocabSize = Math.toIntExact(logits.size(1));
        if (penalised) {
            Tensor places = places(sequences, logits, Repetition::seen);
            Tensor scores = controlled.view(-1).index_select(0, places);
            Scalar penalty = new Scalar(generation.repetitionPenalty());
            Tensor less = torch.where(scores.gt(new Scalar(0)), scores.div(penalty), scores.mul(penalty));
            controlled.view(-1).index_copy_(0, places, less);
        }
        Tensor forbidden = places(sequences, logits, repetition -> {
            Set<Integer> tokens = repetition.forbidden();
            return tokens.size() < vocabSize ? tokens : Set.of(); // something must be left to draw
        });
        controlled.view(-1).index_fill_(0, forbidden, new Scalar(NEVER));
        return controlled;
    }

    /** Row · V + token of each token that is named, (N), int64. */
    private static Tensor places(List<Sequence> sequences, Tensor logits, Function<Repetition, Set<Integer>> tokensOf) {
        long vocabSize = logits.size(1);
        long[] places = IntStream.range(0, sequences.size())
                .boxed()
                .flatMapToLong(row -> tokensOf.apply(sequences.get(row).repetition()).stream()
                        .filter(token -> token < vocabSize)
                        .mapToLong(token -> row * vocabSize + token))
                .toArray();
        return torch.tensor(places).to(logits.device(), ScalarType.Long);
    }

    /** What is drawn from: logits (B, V) to (B, V), float32; a row's sum is 1, or what top-p has left of it. */
    Tensor probabilities(Tensor logits) {
        Tensor scaled = logits.div(new Scalar(generation.temperature()));
        long vocabSize = scaled.size(1);
        if (generation.topK() > 0 && generation.topK() < vocabSize) {
            Tensor smallestKept = scaled.topk(generation.topK()).get0().narrow(1, generation.topK() - 1L, 1);
            scaled = scaled.masked_fill(scaled.lt(smallestKept), new Scalar(NEVER));
        }
        Tensor probabilities = scaled.softmax(1);
        if (generation.topP() == 1) {
            return probabilities;
        }
        Tensor smallestKept = smallestOfNucleus(probabilities, generation.topP());
        return probabilities.masked_fill(probabilities.lt(smallestKept), new Scalar(0.0));
    }

    /** The probability of the last token that is needed to reach the mass p: (B, 1). */
    private static Tensor smallestOfNucleus(Tensor probabilities, double p) {
        long vocabSize = probabilities.size(1);
        Tensor sorted = probabilities.topk(Math.min(LIKELIEST, vocabSize)).get0();
        if (sorted.sum(1).min().item_double() < p) {
            sorted = probabilities.topk(vocabSize).get0();
        }
        Tensor before =
                sorted.cumsum(1, new ScalarTypeOptional(ScalarType.Double)).sub(sorted);
        Tensor unneeded = before.ge(new Scalar(p));
        return sorted.masked_fill(unneeded, new Scalar(Double.POSITIVE_INFINITY))
                .amin(new long[] {1}, true);
    }

    /** By the inverse of the cumulative distribution: (B), int64. */
    private static Tensor drawn(Tensor probabilities, List<Sequence> sequences) {
        Tensor cumulative = probabilities.cumsum(1, new ScalarTypeOptional(ScalarType.Double));
        double[] random = sequences.stream().mapToDouble(Sequence::random).toArray();
        Tensor reached = torch.tensor(new DoubleArrayRef(new DoublePointer(random), random.length))
                .to(probabilities.device(), ScalarType.Double)
                .view(-1, 1)
                .mul(cumulative.narrow(1, cumulative.size(1) - 1, 1));
        return cumulative.le(reached).sum(1);
    }
}

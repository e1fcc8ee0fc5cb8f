package ai.flightmind.model.huggingface;

import ai.flightmind.model.GptConfig;
import org.bytedeco.pytorch.Tensor;

/**
 * The order of the rows of query and key weights. Rotary positions turn pairs of a head's numbers: ours are neighbours, (0,
 * 1), (2, 3), …; Llama's lie half a head apart, (0, 32), (1, 33), …. Moving the rows of each head from one order to the
 * other gives the same products of queries and keys.
 */
final class RotaryRows {
    private static final int PAIRS = GptConfig.HEAD_SIZE / 2;

    private RotaryRows() {}

    /** From neighbours to halves: (H·64, C), a new tensor. */
    static Tensor toHalves(Tensor weight) {
        return swapped(weight, PAIRS, 2);
    }

    /** From halves to neighbours: (H·64, C), a new tensor. */
    static Tensor toNeighbours(Tensor weight) {
        return swapped(weight, 2, PAIRS);
    }

    private static Tensor swapped(Tensor weight, long outer, long inner) {
        long heads = weight.size(0) / GptConfig.HEAD_SIZE;
        return weight.view(heads, outer, inner, weight.size(1)).transpose(1, 2).reshape(weight.size(0), weight.size(1));
    }
}

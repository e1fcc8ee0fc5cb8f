package ai.flightmind.model;

import java.util.Arrays;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/**
 * A pass over tokens that go on where the rows of a cache end. Rows may end at different lengths, and may be padded
 * behind: padding stands at positions that no real token looks back at, and the next tokens are written over it.
 */
final class CachedContext implements AttentionContext {
    private final KeyValueCache cache;
    private final CausalAttention attention;
    private final long newTokens;
    /** As long as the longest row is after the pass. */
    private final long span;
    /** Where all rows end, or −1 if they end at different lengths. */
    private final long commonLength;

    private final Tensor turns;
    private final @Nullable Tensor slots; // (B·H·T) rows of (B·H·capacity, 64); null where the rows end together
    private final @Nullable Tensor allowed; // (B or 1, 1, T, span), bool; null for everything

    CachedContext(KeyValueCache cache, long newTokens, RotaryEmbedding rotary, CausalAttention attention) {
        this.cache = cache;
        this.attention = attention;
        this.newTokens = newTokens;
        int[] lengths = cache.lengths();
        this.span = Arrays.stream(lengths).max().orElseThrow() + newTokens;
        boolean together = Arrays.stream(lengths).allMatch(length -> length == lengths[0]);
        this.commonLength = together ? lengths[0] : -1;
        if (together) {
            this.slots = null;
            this.turns = rotary.turns(commonLength, newTokens);
            this.allowed = newTokens == 1 || commonLength == 0 ? null : allowed(positions(new int[] {lengths[0]}));
        } else {
            Tensor positions = positions(lengths);
            this.slots = slots(positions);
            // Padding may stand beyond the last position that there is a turn for.
            this.turns = rotary.turns(positions.clamp_max(new Scalar(rotary.length() - 1L)));
            this.allowed = allowed(positions);
        }
    }

    /** (B, T), int64. */
    private Tensor positions(int[] lengths) {
        Tensor begins = torch.tensor(lengths).to(cache.keys(0).device(), ScalarType.Long);
        return begins.view(-1, 1).add(upTo(newTokens));
    }

    private Tensor upTo(long end) {
        return torch.arange(
                new Scalar(end),
                new TensorOptions(ScalarType.Long)
                        .device(new DeviceOptional(cache.keys(0).device())));
    }

    private Tensor allowed(Tensor positions) {
        return upTo(span).view(1, 1, 1, -1).le(positions.view(-1, 1, newTokens, 1));
    }

    private Tensor slots(Tensor positions) {
        long heads = cache.keys(0).size(1);
        Tensor begins = upTo(cache.rows() * heads).mul(new Scalar((long) cache.capacity()));
        return begins.view(cache.rows(), heads, 1).add(positions.unsqueeze(1)).view(-1);
    }

    @Override
    public Tensor turn(Tensor heads) {
        return RotaryEmbedding.turn(heads, turns);
    }

    @Override
    public Tensor attend(int layer, Tensor q, Tensor k, Tensor v) {
        write(k, cache.keys(layer));
        write(v, cache.values(layer));
        if (commonLength == 0) {
            return attention.mix(q, k, v);
        }
        Tensor keys = cache.keys(layer).narrow(2, 0, span);
        Tensor values = cache.values(layer).narrow(2, 0, span);
        return attention.mixOver(q, keys, values, allowed);
    }

    private void write(Tensor x, Tensor memory) {
        if (slots == null) {
            memory.narrow(2, commonLength, newTokens).copy_(x);
        } else {
            memory.view(-1, GptConfig.HEAD_SIZE).index_copy_(0, slots, x.reshape(-1, GptConfig.HEAD_SIZE));
        }
    }
}

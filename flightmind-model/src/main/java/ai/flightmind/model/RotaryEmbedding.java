package ai.flightmind.model;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Rotary positions (Su et al., 2021) over adjacent pairs: as a complex number, pair i of a head turns by
 * position·base^(−2i/64). This is not Llama's convention, which pairs i with i + 32.
 */
final class RotaryEmbedding implements AutoCloseable {
    private static final int PAIRS = GptConfig.HEAD_SIZE / 2;

    /** (1, T, 1, 32), complex64, for the longest sequence. */
    private final Tensor turns;

    RotaryEmbedding(int sequenceLength, Device device) {
        try (PointerScope scope = new PointerScope()) {
            float[] angles = new float[Math.multiplyExact(sequenceLength, PAIRS)];
            for (int pair = 0; pair < PAIRS; pair++) {
                float frequency = (float) (1.0 / Math.pow(GptConfig.ROTARY_BASE, 2.0 * pair / GptConfig.HEAD_SIZE));
                for (int position = 0; position < sequenceLength; position++) {
                    angles[position * PAIRS + pair] = position * frequency;
                }
            }
            Tensor angle = torch.tensor(angles).view(1, sequenceLength, 1, PAIRS);
            Tensor onDevice =
                    torch.polar(torch.ones_like(angle), angle).to(device.toTorch(), torch.ScalarType.ComplexFloat);
            onDevice.retainReference();
            turns = onDevice;
        }
    }

    /** How many positions there are turns for. */
    long length() {
        return turns.size(1);
    }

    /** The turns of positions one after another: (1, T, 1, 32), complex64. */
    Tensor turns(long from, long length) {
        return turns.narrow(1, from, length);
    }

    /** The turns of positions (B, T), int64, each below the sequence length: (B, T, 1, 32), complex64. */
    Tensor turns(Tensor positions) {
        return torch.index_select(turns, 1, positions.view(-1)).view(positions.size(0), positions.size(1), 1, PAIRS);
    }

    /** Turns (B, T, H, 64) in float32; the result has the same shape, in float32. */
    static Tensor turn(Tensor heads, Tensor turns) {
        long batch = heads.size(0);
        long length = heads.size(1);
        long count = heads.size(2);
        Tensor pairs = torch.view_as_complex(Compute.full(heads).view(batch, length, count, PAIRS, 2));
        return torch.view_as_real(pairs.mul(turns)).view(batch, length, count, GptConfig.HEAD_SIZE);
    }

    @Override
    public void close() {
        turns.close();
    }
}

package ai.flightmind.model;

import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** Turns the queries or keys of sequences by their positions, and gradients back, in place. */
final class RotaryPass {
    private final long tokens;
    private final Tensor turns; // (T, 1, 32), complex64
    private final Tensor back;

    RotaryPass(RotaryEmbedding rotary, long tokens, Workspace memory) {
        this.tokens = tokens;
        try (PointerScope scope = new PointerScope()) {
            this.turns = memory.keep(rotary.turns(0, tokens).squeeze(0));
            this.back = memory.keep(turns.conj().resolve_conj());
        }
    }

    /** (B·T, C), float32. */
    void turn(Tensor x) {
        pairs(x).mul_(turns);
    }

    void turnBack(Tensor grad) {
        pairs(grad).mul_(back);
    }

    /** (B·T, C) as (B, T, H, 32), complex64, the same memory. */
    private Tensor pairs(Tensor x) {
        return torch.view_as_complex(x.view(x.size(0) / tokens, tokens, -1, GptConfig.HEAD_SIZE / 2, 2));
    }
}

package ai.flightmind.model;

import org.bytedeco.pytorch.Tensor;

/** Where the tokens of a forward pass stand, and what they may look at. */
interface AttentionContext {
    /** Turns queries or keys (B, T, H, 64) by their positions; the result is float32. */
    Tensor turn(Tensor heads);

    /** What each position gathers from those it may look at: queries, keys and values (B, H, T, 64) to (B, H, T, 64). */
    Tensor attend(int layer, Tensor q, Tensor k, Tensor v);
}

package ai.flightmind.model;

/** The names of the original's state dict. Linear weights are (out, in). */
final class Names {
    static final String EMBEDDING = "tok_emb.weight";
    static final String FINAL_NORM = "final_norm.weight";

    private Names() {}

    static String attentionNorm(int layer) {
        return of(layer, "attn_norm");
    }

    static String query(int layer) {
        return of(layer, "attn.q_proj");
    }

    static String key(int layer) {
        return of(layer, "attn.k_proj");
    }

    static String value(int layer) {
        return of(layer, "attn.v_proj");
    }

    static String attentionOutput(int layer) {
        return of(layer, "attn.o_proj");
    }

    static String mlpNorm(int layer) {
        return of(layer, "mlp_norm");
    }

    static String gate(int layer) {
        return of(layer, "mlp.gate_proj");
    }

    static String up(int layer) {
        return of(layer, "mlp.up_proj");
    }

    static String down(int layer) {
        return of(layer, "mlp.down_proj");
    }

    private static String of(int layer, String part) {
        return "layers." + layer + "." + part + ".weight";
    }
}

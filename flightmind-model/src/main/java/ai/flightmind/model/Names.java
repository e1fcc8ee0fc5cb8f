package ai.flightmind.model;

/** The names of the original's state dict. Linear weights are (out, in). */
final class Names {
    static final String EMBEDDING = "tok_emb.weight";
    static final String FINAL_NORM = "final_norm.weight";

    private Names() {}

    static String attentionNorm(int layer) {
        return "layers." + layer + ".attn_norm.weight";
    }

    static String query(int layer) {
        return "layers." + layer + ".attn.q_proj.weight";
    }

    static String key(int layer) {
        return "layers." + layer + ".attn.k_proj.weight";
    }

    static String value(int layer) {
        return "layers." + layer + ".attn.v_proj.weight";
    }

    static String attentionOutput(int layer) {
        return "layers." + layer + ".attn.o_proj.weight";
    }

    static String mlpNorm(int layer) {
        return "layers." + layer + ".mlp_norm.weight";
    }

    static String gate(int layer) {
        return "layers." + layer + ".mlp.gate_proj.weight";
    }

    static String up(int layer) {
        return "layers." + layer + ".mlp.up_proj.weight";
    }

    static String down(int layer) {
        return "layers." + layer + ".mlp.down_proj.weight";
    }
}

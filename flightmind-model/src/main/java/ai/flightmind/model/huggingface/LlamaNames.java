package ai.flightmind.model.huggingface;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What transformers' LlamaForCausalLM calls our parameters. */
final class LlamaNames {
    static final String TIED_HEAD = "lm_head.weight";

    private static final Pattern OF_LAYER = Pattern.compile("layers\\.(\\d+)\\.(.+)\\.weight");

    private LlamaNames() {}

    static String of(String ours) {
        Matcher matcher = OF_LAYER.matcher(ours);
        if (matcher.matches()) {
            return "model.layers." + matcher.group(1) + "." + ofPart(matcher.group(2)) + ".weight";
        }
        return switch (ours) {
            case "tok_emb.weight" -> "model.embed_tokens.weight";
            case "final_norm.weight" -> "model.norm.weight";
            default -> throw new IllegalArgumentException("Llama has no counterpart of " + ours);
        };
    }

    private static String ofPart(String ours) {
        return switch (ours) {
            case "attn_norm" -> "input_layernorm";
            case "mlp_norm" -> "post_attention_layernorm";
            default -> ours.startsWith("attn.") ? "self_" + ours : ours;
        };
    }

    /** Whether the weight gives queries or keys, whose rows depend on how positions are rotated. */
    static boolean isRotated(String ours) {
        return ours.endsWith(".attn.q_proj.weight") || ours.endsWith(".attn.k_proj.weight");
    }
}

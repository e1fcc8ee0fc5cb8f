package ai.flightmind.model.huggingface;

import ai.flightmind.model.GptConfig;
import ai.flightmind.model.error.HuggingFaceException;
import ai.flightmind.model.pt.PtDtype;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * {@code config.json} of a Llama. A Gpt is one of a certain shape: as many heads as layers, each with keys and values of
 * its own, no biases, the head tied to the embedding.
 */
final class LlamaConfig {
    private static final String ARCHITECTURE = "LlamaForCausalLM";
    private static final Object NOTHING = new Object();

    private final Path file;
    private final Map<?, ?> fields;
    private final List<String> misfits = new ArrayList<>();

    private LlamaConfig(Path file, Map<?, ?> fields) {
        this.file = file;
        this.fields = fields;
    }

    /** The fields that a reader of any version looks for, under the names that all of them know. */
    static Map<String, @Nullable Object> of(GptConfig config, PtDtype dtype, TokenRoles roles) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("architectures", List.of(ARCHITECTURE));
        json.put("model_type", "llama");
        json.put("vocab_size", config.vocabSize());
        json.put("hidden_size", config.width());
        json.put("intermediate_size", config.mlpWidth());
        json.put("num_hidden_layers", config.depth());
        json.put("num_attention_heads", config.heads());
        json.put("num_key_value_heads", config.heads());
        json.put("head_dim", GptConfig.HEAD_SIZE);
        json.put("max_position_embeddings", config.sequenceLength());
        json.put("hidden_act", "silu");
        json.put("rms_norm_eps", GptConfig.NORM_EPSILON);
        json.put("rope_theta", GptConfig.ROTARY_BASE);
        json.put("rope_scaling", null);
        json.put("attention_bias", false);
        json.put("attention_dropout", 0.0);
        json.put("mlp_bias", false);
        json.put("tie_word_embeddings", true);
        json.put("pretraining_tp", 1);
        json.put("initializer_range", 0.02);
        json.put("use_cache", true);
        json.put("torch_dtype", dtype.toString());
        json.putAll(roles.ids());
        return json;
    }

    /**
     * The shape of a Gpt that is this Llama.
     *
     * @throws HuggingFaceException that names every field for which there is no such Gpt
     */
    static GptConfig read(Path file) {
        return new LlamaConfig(file, Json.read(file)).toGpt();
    }

    private GptConfig toGpt() {
        expect("model_type", "llama", NOTHING);
        expect("architectures", List.of(ARCHITECTURE), List.of(ARCHITECTURE));
        if (!misfits.isEmpty()) {
            throw misfit(); // the other fields would be another architecture's
        }
        GptConfig config;
        try {
            config = GptConfig.builder()
                    .depth(integer("num_hidden_layers"))
                    .vocabSize(integer("vocab_size"))
                    .sequenceLength(integer("max_position_embeddings"))
                    .build();
        } catch (IllegalArgumentException e) {
            throw new HuggingFaceException(file + ": " + e.getMessage(), e);
        }
        double width = config.width();
        double heads = config.heads();
        expect("hidden_size", width, NOTHING);
        expect("num_attention_heads", heads, NOTHING);
        expect("num_key_value_heads", heads, heads);
        expect("head_dim", (double) GptConfig.HEAD_SIZE, (double) GptConfig.HEAD_SIZE);
        expect("intermediate_size", (double) config.mlpWidth(), NOTHING);
        expect("hidden_act", "silu", "silu");
        expect("rms_norm_eps", GptConfig.NORM_EPSILON, GptConfig.NORM_EPSILON);
        expect("attention_bias", false, false);
        expect("mlp_bias", false, false);
        expect("tie_word_embeddings", true, false);
        expect("pretraining_tp", 1.0, 1.0);
        expectPlainRotation();
        expect("quantization_config", NOTHING, NOTHING);
        if (!misfits.isEmpty()) {
            throw misfit();
        }
        return config;
    }

    /** Newer versions of transformers put what belongs to the rotation into one object. */
    private void expectPlainRotation() {
        expect("rope_theta", GptConfig.ROTARY_BASE, GptConfig.ROTARY_BASE);
        expect("partial_rotary_factor", 1.0, 1.0);
        for (String field : List.of("rope_scaling", "rope_parameters")) {
            Object value = fields.get(field);
            if (value == null) {
                continue;
            }
            if (!(value instanceof Map<?, ?> rotation)) {
                misfits.add(field + " is " + value + ", not an object");
                continue;
            }
            rotation.forEach((key, each) -> {
                boolean plain = switch (String.valueOf(key)) {
                    case "rope_type", "type" -> Objects.equals(each, "default");
                    case "rope_theta" -> Objects.equals(each, GptConfig.ROTARY_BASE);
                    case "partial_rotary_factor" -> Objects.equals(each, 1.0);
                    default -> each == null;
                };
                if (!plain) {
                    misfits.add(
                            field + "." + key + " is " + shown(each) + ", but a Gpt's positions are rotated with base "
                                    + shown(GptConfig.ROTARY_BASE) + ", whole heads, unscaled");
                }
            });
        }
    }

    private void expect(String field, Object wanted, Object whenAbsent) {
        Object value = fields.get(field);
        Object meant = value == null ? whenAbsent : value;
        if (!meant.equals(wanted)) {
            misfits.add(field + " is "
                    + (value == null
                            ? "missing" + (whenAbsent == NOTHING ? "" : ", which means " + shown(whenAbsent))
                            : shown(value))
                    + ", but a Gpt has " + (wanted == NOTHING ? "none" : shown(wanted)));
        }
    }

    private int integer(String field) {
        if (fields.get(field) instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1 << 30) {
            return number.intValue();
        }
        throw new HuggingFaceException(
                file + ": " + field + " should be a whole number, but is " + shown(fields.get(field)) + ".");
    }

    private HuggingFaceException misfit() {
        return new HuggingFaceException(file + " describes a model that a Gpt cannot be: " + String.join("; ", misfits)
                + ". A Gpt of depth d is a Llama of d layers and d heads of 64, with a SwiGLU of 4 times the width.");
    }

    private static String shown(@Nullable Object value) {
        if (value == null) {
            return "missing";
        }
        return value instanceof Double number && number == Math.rint(number) && Math.abs(number) < 1e15
                ? Long.toString(number.longValue())
                : value.toString();
    }
}

package ai.flightmind.model.huggingface;

import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A Llama that knows nothing of this library: it reads a directory by the format's description and computes the equations
 * of the papers in double precision. Touvron et al., "LLaMA", 2023; Su et al., "RoFormer", 2021, with the pairs that Llama
 * in transformers turns: number j of a head with number j + half. It takes what it needs to know from config.json alone.
 */
final class LlamaByHand {
    private final Map<?, ?> config;
    private final Map<String, double[]> tensors = new HashMap<>();
    private final int width;
    private final int heads;
    private final int headSize;

    private LlamaByHand(Map<?, ?> config) {
        this.config = config;
        this.width = number("hidden_size").intValue();
        this.heads = number("num_attention_heads").intValue();
        this.headSize = number("head_dim").intValue();
    }

    static LlamaByHand read(Path directory) throws IOException {
        LlamaByHand llama = new LlamaByHand(json(Files.readString(directory.resolve("config.json"))));
        try (var files = Files.list(directory)) {
            for (Path file : files.filter(each -> each.toString().endsWith(".safetensors"))
                    .toList()) {
                llama.addAll(ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN));
            }
        }
        return llama;
    }

    static Map<?, ?> json(String text) throws IOException {
        return (Map<?, ?>) Objects.requireNonNull(
                new Moshi.Builder().build().adapter(Object.class).fromJson(text));
    }

    private void addAll(ByteBuffer file) throws IOException {
        int headerBytes = (int) file.getLong();
        byte[] header = new byte[headerBytes];
        file.get(header);
        for (Map.Entry<?, ?> each :
                json(new String(header, StandardCharsets.UTF_8)).entrySet()) {
            if (each.getKey().equals("__metadata__")) {
                continue;
            }
            Map<?, ?> description = (Map<?, ?>) each.getValue();
            List<?> offsets = (List<?>) Objects.requireNonNull(description.get("data_offsets"));
            int begin = 8 + headerBytes + ((Double) offsets.get(0)).intValue();
            int end = 8 + headerBytes + ((Double) offsets.get(1)).intValue();
            boolean bfloat16 = Objects.equals(description.get("dtype"), "BF16");
            double[] values = new double[(end - begin) / (bfloat16 ? 2 : 4)];
            for (int i = 0; i < values.length; i++) {
                // A bfloat16 is the upper half of a float32.
                values[i] = bfloat16
                        ? Float.intBitsToFloat(file.getShort(begin + 2 * i) << 16)
                        : file.getFloat(begin + 4 * i);
            }
            tensors.put((String) each.getKey(), values);
        }
    }

    double[] tensor(String name) {
        return Objects.requireNonNull(tensors.get(name), name);
    }

    private Double number(String field) {
        return (Double) Objects.requireNonNull(config.get(field), field);
    }

    /** The logits of each position, one after the other. */
    double[] logits(int[] ids) {
        double[] embedding = tensor("model.embed_tokens.weight");
        double[][] x = new double[ids.length][];
        for (int t = 0; t < ids.length; t++) {
            x[t] = Arrays.copyOfRange(embedding, ids[t] * width, (ids[t] + 1) * width);
        }
        for (int layer = 0; layer < number("num_hidden_layers").intValue(); layer++) {
            String prefix = "model.layers." + layer + ".";
            add(x, attention(normed(x, prefix + "input_layernorm.weight"), prefix + "self_attn."));
            add(x, mlp(normed(x, prefix + "post_attention_layernorm.weight"), prefix + "mlp."));
        }
        double[][] last = normed(x, "model.norm.weight");
        double[] all = new double[0];
        for (double[] hidden : last) {
            double[] logits = product(embedding, hidden); // tied
            all = Arrays.copyOf(all, all.length + logits.length);
            System.arraycopy(logits, 0, all, all.length - logits.length, logits.length);
        }
        return all;
    }

    private double[][] attention(double[][] x, String prefix) {
        double[][] q = new double[x.length][];
        double[][] k = new double[x.length][];
        double[][] v = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            q[t] = rotated(product(tensor(prefix + "q_proj.weight"), x[t]), t);
            k[t] = rotated(product(tensor(prefix + "k_proj.weight"), x[t]), t);
            v[t] = product(tensor(prefix + "v_proj.weight"), x[t]);
        }
        double[][] result = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] mixed = new double[heads * headSize];
            for (int head = 0; head < heads; head++) {
                int from = head * headSize;
                double[] weights = new double[t + 1];
                double sum = 0;
                for (int s = 0; s <= t; s++) {
                    double score = 0;
                    for (int j = 0; j < headSize; j++) {
                        score += q[t][from + j] * k[s][from + j];
                    }
                    weights[s] = Math.exp(score / Math.sqrt(headSize));
                    sum += weights[s];
                }
                for (int s = 0; s <= t; s++) {
                    for (int j = 0; j < headSize; j++) {
                        mixed[from + j] += weights[s] / sum * v[s][from + j];
                    }
                }
            }
            result[t] = product(tensor(prefix + "o_proj.weight"), mixed);
        }
        return result;
    }

    private double[] rotated(double[] x, int position) {
        double[] turned = new double[x.length];
        int half = headSize / 2;
        for (int head = 0; head < heads; head++) {
            for (int j = 0; j < half; j++) {
                double angle = position * Math.pow(number("rope_theta"), -2.0 * j / headSize);
                double a = x[head * headSize + j];
                double b = x[head * headSize + j + half];
                turned[head * headSize + j] = a * Math.cos(angle) - b * Math.sin(angle);
                turned[head * headSize + j + half] = b * Math.cos(angle) + a * Math.sin(angle);
            }
        }
        return turned;
    }

    private double[][] mlp(double[][] x, String prefix) {
        double[][] result = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double[] gate = product(tensor(prefix + "gate_proj.weight"), x[t]);
            double[] up = product(tensor(prefix + "up_proj.weight"), x[t]);
            for (int i = 0; i < up.length; i++) {
                up[i] *= gate[i] / (1 + Math.exp(-gate[i]));
            }
            result[t] = product(tensor(prefix + "down_proj.weight"), up);
        }
        return result;
    }

    private double[][] normed(double[][] x, String weight) {
        double[][] result = new double[x.length][];
        for (int t = 0; t < x.length; t++) {
            double meanSquare = Arrays.stream(x[t]).map(each -> each * each).sum() / x[t].length;
            result[t] = x[t].clone();
            for (int i = 0; i < x[t].length; i++) {
                result[t][i] *= tensor(weight)[i] / Math.sqrt(meanSquare + number("rms_norm_eps"));
            }
        }
        return result;
    }

    private static void add(double[][] x, double[][] to) {
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < x[t].length; i++) {
                x[t][i] += to[t][i];
            }
        }
    }

    /** (out, in) · (in). */
    private static double[] product(double[] matrix, double[] x) {
        double[] result = new double[matrix.length / x.length];
        for (int row = 0; row < result.length; row++) {
            for (int i = 0; i < x.length; i++) {
                result[row] += matrix[row * x.length + i] * x[i];
            }
        }
        return result;
    }
}

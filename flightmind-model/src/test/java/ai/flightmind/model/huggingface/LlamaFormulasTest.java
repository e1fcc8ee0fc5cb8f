package ai.flightmind.model.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.model.Device;
import ai.flightmind.model.Golden;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.Seed;
import ai.flightmind.model.pt.Python;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is exported is a Llama: its equations, computed without our model, give our model's logits. */
class LlamaFormulasTest {
    private static final HuggingFaceExport FLOAT32 = HuggingFaceExport.builder().build();

    private final Path directory;

    LlamaFormulasTest(@TempDir Path folder) {
        directory = folder.resolve("exported");
    }

    private static int[][] probe() {
        double[] flat = Golden.numbers("probe", "input_ids");
        int[] ids = Arrays.stream(flat).mapToInt(each -> (int) each).toArray();
        return new int[][] {Arrays.copyOf(ids, 16), Arrays.copyOfRange(ids, 16, 32)};
    }

    private static double largestDifference(double[] ours, float[] theirs, int from) {
        double largest = 0;
        for (int i = 0; i < ours.length; i++) {
            largest = Math.max(largest, Math.abs(ours[i] - theirs[from + i]));
        }
        return largest;
    }

    @Test
    void exportedOriginalHasTheOriginalsLogits() throws IOException {
        try (Gpt model = Golden.model()) {
            FLOAT32.write(model, directory);
        }
        LlamaByHand llama = LlamaByHand.read(directory);
        float[] recorded = Golden.floats("probe_logits.f32");

        for (int row = 0; row < 2; row++) {
            double[] logits = llama.logits(probe()[row]);
            assertThat(largestDifference(logits, recorded, row * logits.length)).isLessThan(1e-5);
        }
    }

    @Test
    void rowsInOurOrderWouldGiveOtherLogits() throws IOException {
        try (Gpt model = Golden.model()) {
            FLOAT32.write(model, directory);
            LlamaByHand llama = LlamaByHand.read(directory);
            for (int layer = 0; layer < 2; layer++) {
                for (String part : new String[] {"q", "k"}) {
                    float[] ours = Golden.values(model.parameter("layers." + layer + ".attn." + part + "_proj.weight"));
                    double[] theirs = llama.tensor("model.layers." + layer + ".self_attn." + part + "_proj.weight");
                    for (int i = 0; i < ours.length; i++) {
                        theirs[i] = ours[i];
                    }
                }
            }

            double[] logits = llama.logits(probe()[0]);

            assertThat(largestDifference(logits, Golden.floats("probe_logits.f32"), 0))
                    .isGreaterThan(1e-2);
        }
    }

    /** Weights large enough that every position, head and layer matters, in several files. */
    @Test
    void exportedShardsOfAnyModelHaveItsLogits() throws IOException {
        GptConfig config =
                GptConfig.builder().depth(3).vocabSize(97).sequenceLength(40).build();
        int[] ids = new int[33];
        Arrays.setAll(ids, i -> (i * i + 5) % 97);
        try (Gpt model = Gpt.create(config, Device.cpu(), new Seed(3));
                PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            model.parameters().values().forEach(weight -> weight.mul_(new Scalar(weight.dim() == 1 ? 1.3 : 4.0)));
            HuggingFaceExport.builder().maxShardBytes(1 << 20).build().write(model, directory);

            double[] logits = LlamaByHand.read(directory).logits(ids);

            float[] ours = Golden.values(
                    model.logits(torch.tensor(ids).to(torch.ScalarType.Long).view(1, -1), Precision.FP32));
            assertThat(directory.resolve("model.safetensors.index.json")).exists();
            assertThat(Arrays.stream(logits).map(Math::abs).max().getAsDouble()).isGreaterThan(1);
            assertThat(largestDifference(logits, ours, 0)).isLessThan(2e-5);
        }
    }

    @Test
    void bfloat16FilesHaveTheLogitsOfRoundedWeights() throws IOException {
        try (Gpt model = Golden.model();
                NoGradGuard noGrad = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            HuggingFaceExport.builder().precision(Precision.BF16).build().write(model, directory);
            model.parameters()
                    .values()
                    .forEach(weight ->
                            weight.copy_(weight.to(torch.ScalarType.BFloat16).to(torch.ScalarType.Float)));
            float[] rounded = Golden.values(model.logits(Golden.ids("probe", "input_ids"), Precision.FP32));
            LlamaByHand llama = LlamaByHand.read(directory);

            for (int row = 0; row < 2; row++) {
                double[] logits = llama.logits(probe()[row]);
                assertThat(largestDifference(logits, rounded, row * logits.length))
                        .isLessThan(1e-5);
            }
        }
    }

    /** transformers' own code is not to be had here; this is its arithmetic, in PyTorch, on its file names. */
    @Test
    void pythonReadsTheFilesAndComputesTheOriginalsLogits() throws IOException {
        try (Gpt model = Golden.model()) {
            HuggingFaceExport.builder().maxShardBytes(300_000).build().write(model, directory);
        }
        Path ids = Files.writeString(directory.resolveSibling("ids.json"), Arrays.deepToString(probe()));

        String output = Python.run("""
                import json, os, struct, sys, torch
                import torch.nn.functional as F
                folder, ids, expected = sys.argv[1:]
                index = json.load(open(os.path.join(folder, 'model.safetensors.index.json')))
                c = json.load(open(os.path.join(folder, 'config.json')))
                W = {}
                for name in sorted(set(index['weight_map'].values())):
                    with open(os.path.join(folder, name), 'rb') as f:
                        n, = struct.unpack('<Q', f.read(8))
                        assert n % 8 == 0
                        header = json.loads(f.read(n))
                        data = f.read()
                    assert header.pop('__metadata__') == {'format': 'pt'}
                    for key, d in header.items():
                        assert d['dtype'] == 'F32' and index['weight_map'][key] == name
                        b, e = d['data_offsets']
                        W[key] = torch.frombuffer(bytearray(data[b:e]), dtype=torch.float32).view(d['shape'])
                assert set(W) == set(index['weight_map'])
                assert sum(w.numel() * 4 for w in W.values()) == index['metadata']['total_size']
                assert c['architectures'] == ['LlamaForCausalLM'] and c['tie_word_embeddings']
                x = torch.tensor(json.load(open(ids)))
                B, T = x.shape
                H, D = c['num_attention_heads'], c['head_dim']
                h = F.embedding(x, W['model.embed_tokens.weight'])
                inv = 1.0 / (c['rope_theta'] ** (torch.arange(0, D, 2).float() / D))
                freqs = torch.outer(torch.arange(T).float(), inv)
                emb = torch.cat((freqs, freqs), dim=-1)
                cos, sin = emb.cos(), emb.sin()
                def rotate_half(y):
                    return torch.cat((-y[..., D // 2:], y[..., :D // 2]), dim=-1)
                def norm(y, w):
                    return W[w] * (y * torch.rsqrt(y.pow(2).mean(-1, keepdim=True) + c['rms_norm_eps']))
                for i in range(c['num_hidden_layers']):
                    p = f'model.layers.{i}.'
                    y = norm(h, p + 'input_layernorm.weight')
                    q, k, v = (F.linear(y, W[p + f'self_attn.{s}_proj.weight']).view(B, T, H, D).transpose(1, 2)
                               for s in 'qkv')
                    q, k = q * cos + rotate_half(q) * sin, k * cos + rotate_half(k) * sin
                    scores = q @ k.transpose(2, 3) / D ** 0.5 + torch.full((T, T), float('-inf')).triu(1)
                    y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(B, T, H * D)
                    h = h + F.linear(y, W[p + 'self_attn.o_proj.weight'])
                    y = norm(h, p + 'post_attention_layernorm.weight')
                    y = F.silu(F.linear(y, W[p + 'mlp.gate_proj.weight'])) * F.linear(y, W[p + 'mlp.up_proj.weight'])
                    h = h + F.linear(y, W[p + 'mlp.down_proj.weight'])
                logits = F.linear(norm(h, 'model.norm.weight'), W['model.embed_tokens.weight'])
                golden = torch.frombuffer(bytearray(open(expected, 'rb').read()), dtype=torch.float32)
                difference = (logits.flatten() - golden).abs().max().item()
                assert difference < 1e-5, difference
                print('the same')
                """, directory, ids, Path.of("src/test/resources/golden/probe_logits.f32"));

        assertThat(output).contains("the same");
    }

    @Test
    void anImportedModelHasTheExportedOnesLogits() {
        try (Gpt model = Golden.model();
                NoGradGuard noGrad = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            FLOAT32.write(model, directory);
            try (HuggingFaceModel opened = HuggingFaceModel.open(directory);
                    Gpt imported = opened.load(Device.cpu())) {
                float[] logits = Golden.values(imported.logits(Golden.ids("probe", "input_ids"), Precision.FP32));
                assertThat(logits).containsExactly(Golden.floats("probe_logits.f32"), within(1e-5f));
            }
        }
    }
}

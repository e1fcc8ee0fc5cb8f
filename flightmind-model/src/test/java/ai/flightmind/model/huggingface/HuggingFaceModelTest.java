package ai.flightmind.model.huggingface;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.Precision;
import ai.flightmind.model.error.HuggingFaceException;
import ai.flightmind.model.error.SafetensorsFormatException;
import ai.flightmind.model.pt.PtDtype;
import ai.flightmind.model.safetensors.SafetensorsReader;
import ai.flightmind.model.safetensors.SafetensorsWriter;
import ai.flightmind.model.safetensors.SafetensorsWriter.Entry;
import ai.flightmind.model.safetensors.StoredTensor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceModelTest {
    private final Path directory;

    HuggingFaceModelTest(@TempDir Path folder) {
        directory = folder.resolve("exported");
    }

    @BeforeEach
    void export() {
        try (Gpt model = Exported.model()) {
            HuggingFaceExport.builder().build().write(model, directory);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {5_000_000_000L, 300_000})
    void float32GoesThereAndBackBitForBit(long maxShardBytes) {
        Path again = directory.resolveSibling("again");
        try (Gpt model = Exported.model();
                PointerScope scope = new PointerScope()) {
            HuggingFaceExport.builder().maxShardBytes(maxShardBytes).build().write(model, again);
            try (HuggingFaceModel opened = HuggingFaceModel.open(again);
                    Gpt imported = opened.load(Device.cpu())) {
                assertThat(opened.config()).isEqualTo(Exported.CONFIG);
                model.parameters()
                        .forEach((name, weight) -> assertThat(weight.equal(imported.parameter(name)))
                                .as(name)
                                .isTrue());
            }
        }
    }

    @Test
    void bfloat16GivesTheWeightsRoundedToIt() {
        Path again = directory.resolveSibling("again");
        try (Gpt model = Exported.model();
                PointerScope scope = new PointerScope()) {
            HuggingFaceExport.builder().precision(Precision.BF16).build().write(model, again);
            try (HuggingFaceModel opened = HuggingFaceModel.open(again);
                    Gpt imported = opened.load(Device.cpu())) {
                model.parameters().forEach((name, weight) -> {
                    Tensor rounded = weight.to(ScalarType.BFloat16).to(ScalarType.Float);
                    assertThat(rounded.equal(imported.parameter(name))).as(name).isTrue();
                });
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "model_type | \"mistral\" | model_type is mistral, but a Gpt has llama",
                "architectures | [\"LlamaForSequenceClassification\"] | architectures is [LlamaForSequenceClassification]",
                "num_key_value_heads | 1 | num_key_value_heads is 1, but a Gpt has 2",
                "head_dim | 32 | head_dim is 32, but a Gpt has 64",
                "num_attention_heads | 4 | num_attention_heads is 4, but a Gpt has 2",
                "hidden_size | 256 | hidden_size is 256, but a Gpt has 128",
                "intermediate_size | 344 | intermediate_size is 344, but a Gpt has 512",
                "hidden_act | \"gelu\" | hidden_act is gelu, but a Gpt has silu",
                "rms_norm_eps | 1e-5 | rms_norm_eps is 1.0E-5, but a Gpt has 1.0E-6",
                "rope_theta | 500000 | rope_theta is 500000, but a Gpt has 10000",
                "rope_scaling | {\"type\": \"linear\", \"factor\": 2.0} | rope_scaling.type is linear",
                "rope_parameters | {\"rope_type\": \"llama3\", \"rope_theta\": 5e5} | rope_parameters.rope_type is llama3",
                "partial_rotary_factor | 0.5 | partial_rotary_factor is 0.5",
                "attention_bias | true | attention_bias is true, but a Gpt has false",
                "mlp_bias | true | mlp_bias is true",
                "tie_word_embeddings | false | tie_word_embeddings is false, but a Gpt has true",
                "tie_word_embeddings | null | tie_word_embeddings is missing, which means false",
                "quantization_config | {\"bits\": 4} | quantization_config is {bits=4.0}, but a Gpt has none",
                "vocab_size | 64.5 | vocab_size should be a whole number, but is 64.5",
                "num_hidden_layers | -2 | depth must be from 1",
                "num_hidden_layers | 3 | hidden_size is 128, but a Gpt has 192"
            })
    void fieldThatDoesNotFitIsNamed(String field, String value, String why) throws IOException {
        Path file = directory.resolve("config.json");
        Map<String, Object> config = new LinkedHashMap<>();
        LlamaByHand.json(Files.readString(file)).forEach((key, each) -> config.put(String.valueOf(key), each));
        config.put(
                field,
                Objects.requireNonNullElse(
                        LlamaByHand.json("{\"x\":" + value + "}").get("x"), Map.of()));
        if (value.equals("null")) {
            config.remove(field);
        }
        Files.writeString(file, Json.text(config));

        assertRefused(file.toString(), why);
    }

    @Test
    void fieldsThatTransformersLeavesOutMeanItsDefaults() throws IOException {
        Path file = directory.resolve("config.json");
        Map<String, Object> config = new LinkedHashMap<>();
        LlamaByHand.json(Files.readString(file)).forEach((key, each) -> {
            if (each != null) {
                config.put(String.valueOf(key), each);
            }
        });
        for (String field : List.of(
                "num_key_value_heads",
                "head_dim",
                "hidden_act",
                "rms_norm_eps",
                "rope_theta",
                "attention_bias",
                "mlp_bias",
                "pretraining_tp",
                "architectures")) {
            config.remove(field);
        }
        config.put("rope_parameters", Map.of("rope_type", "default", "rope_theta", 10_000));
        Files.writeString(file, Json.text(config));

        try (HuggingFaceModel opened = HuggingFaceModel.open(directory)) {
            assertThat(opened.config()).isEqualTo(Exported.CONFIG);
        }
    }

    @Test
    void configThatIsNoJsonIsRefused() throws IOException {
        Files.writeString(directory.resolve("config.json"), "{\"model_type\": ");
        assertRefused("config.json", "is not JSON");
        Files.writeString(directory.resolve("config.json"), "[1]");
        assertRefused("config.json", "not a JSON object");
        Files.delete(directory.resolve("config.json"));
        assertRefused("config.json", "does not exist");
    }

    @Test
    void missingWeightsAreRefused() throws IOException {
        Files.delete(directory.resolve("model.safetensors"));

        assertRefused("model.safetensors", "does not exist");
    }

    /** Rewrites the weights without some tensors and with others. */
    private void rewrite(List<String> without, Map<String, Tensor> with) throws IOException {
        Path file = directory.resolve("model.safetensors");
        Path rewritten = directory.resolve("rewritten");
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            List<Entry> entries = new ArrayList<>();
            for (StoredTensor stored : reader.tensors().values()) {
                if (!without.contains(stored.name()) && !with.containsKey(stored.name())) {
                    long[] shape =
                            stored.shape().stream().mapToLong(Long::longValue).toArray();
                    entries.add(new Entry(stored.name(), stored.dtype(), stored.shape(), () -> {
                        Tensor tensor = torch.empty(
                                shape, new TensorOptions(stored.dtype().scalarType()), null);
                        reader.read(stored.name(), tensor);
                        return tensor;
                    }));
                }
            }
            with.forEach((name, tensor) -> entries.add(new Entry(
                    name,
                    PtDtype.of(tensor.scalar_type()),
                    tensor.dim() == 1 ? List.of(tensor.size(0)) : List.of(tensor.size(0), tensor.size(1)),
                    () -> tensor.alias())));
            SafetensorsWriter.write(rewritten, Map.of(), entries);
        }
        Files.move(rewritten, file, StandardCopyOption.REPLACE_EXISTING);
    }

    @Test
    void tensorsThatAreNotAGptsAreNamed() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            rewrite(List.of("model.layers.1.mlp.up_proj.weight"), Map.of());
            assertRefused("lacks the tensor model.layers.1.mlp.up_proj.weight");

            rewrite(List.of(), Map.of("model.layers.1.mlp.up_proj.weight", torch.zeros(512, 127)));
            assertRefused("model.layers.1.mlp.up_proj.weight is float32[512, 127]", "of shape [512, 128]");

            rewrite(
                    List.of(),
                    Map.of(
                            "model.layers.1.mlp.up_proj.weight",
                            torch.zeros(512, 128).to(ScalarType.Char)));
            assertRefused("model.layers.1.mlp.up_proj.weight is int8[512, 128]");

            rewrite(
                    List.of(),
                    Map.of(
                            "model.layers.1.mlp.up_proj.weight", torch.zeros(512, 128),
                            "model.layers.0.self_attn.q_proj.bias", torch.zeros(128),
                            "model.layers.1.self_attn.q_proj.bias", torch.zeros(128)));
            assertRefused("holds model.layers.", "self_attn.q_proj.bias and 1 more tensors", "no place");
        }
    }

    @Test
    void float16AndARepeatedHeadAreTaken() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Tensor half = torch.ones(64, 128).to(ScalarType.Half);
            rewrite(
                    List.of(),
                    Map.of(
                            "model.embed_tokens.weight", half,
                            "lm_head.weight", half,
                            "model.layers.0.self_attn.rotary_emb.inv_freq", torch.ones(32)));
            try (HuggingFaceModel opened = HuggingFaceModel.open(directory);
                    Gpt model = opened.load(Device.cpu())) {
                assertThat(model.parameter("tok_emb.weight").equal(torch.ones(64, 128)))
                        .isTrue();
            }
        }
    }

    @Test
    void numbersThatAreNotFiniteAreRefused() throws IOException {
        try (PointerScope scope = new PointerScope()) {
            Tensor nan = torch.full(new long[] {128}, new Scalar(Double.NaN));
            rewrite(List.of(), Map.of("model.norm.weight", nan));
        }
        try (HuggingFaceModel opened = HuggingFaceModel.open(directory)) {
            assertThatThrownBy(() -> opened.load(Device.cpu()))
                    .isInstanceOf(HuggingFaceException.class)
                    .hasMessageContaining("model.norm.weight holds numbers that are not finite");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | has no weight_map",
                "{\"weight_map\": {\"model.norm.weight\": \"../model.safetensors\"}} | not one beside it",
                "{\"weight_map\": {\"model.norm.weight\": \"other.safetensors\"}} | does not exist",
                "{\"weight_map\": {\"model.norm.bias\": \"model.safetensors\"}} | holds model.norm.bias, but it does not"
            })
    void indexThatIsWrongIsRefused(String index, String why) throws IOException {
        Files.writeString(directory.resolve("model.safetensors.index.json"), index);

        assertRefused(why);
    }

    @Test
    void fileThatIsCutIsRefusedWithThePlace() throws IOException {
        Path file = directory.resolve("model.safetensors");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() - 1);
        }

        assertThatThrownBy(() -> HuggingFaceModel.open(directory))
                .isInstanceOf(SafetensorsFormatException.class)
                .hasMessageContaining(file + ": it ends at byte " + Files.size(file))
                .hasMessageContaining("model.norm.weight");
    }

    @Test
    void fileThatIsCutWhileItIsOpenIsRefusedWithThePlace() throws IOException {
        Path file = directory.resolve("model.safetensors");
        try (HuggingFaceModel opened = HuggingFaceModel.open(directory);
                FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(channel.size() / 2);

            assertThatThrownBy(() -> opened.load(Device.cpu()))
                    .isInstanceOf(SafetensorsFormatException.class)
                    .hasMessageContaining("the file ends at byte " + Files.size(file) + ", within model.layers.");
        }
    }

    @Test
    void whatIsRefusedLeavesNoFileOpen() throws IOException {
        Path fds = Path.of("/proc/self/fd");
        assumeTrue(Files.isDirectory(fds), fds.toString());
        try (FileChannel channel = FileChannel.open(directory.resolve("model.safetensors"), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {' '}), channel.size());
        }
        assertThatThrownBy(() -> HuggingFaceModel.open(directory)).isInstanceOf(SafetensorsFormatException.class);
        try (var open = Files.list(fds)) {
            assertThat(open.filter(each -> {
                        try {
                            return Files.readSymbolicLink(each).startsWith(directory);
                        } catch (IOException alreadyClosed) {
                            return false;
                        }
                    }))
                    .isEmpty();
        }
    }

    private void assertRefused(String... parts) {
        assertThatThrownBy(() -> HuggingFaceModel.open(directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContainingAll(parts);
    }
}

package ai.flightmind.model.huggingface;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.Seed;
import ai.flightmind.model.chat.ChatTemplate;
import ai.flightmind.model.error.HuggingFaceException;
import ai.flightmind.model.error.TokenizerException;
import ai.flightmind.model.file.DirectoryLock;
import ai.flightmind.model.safetensors.SafetensorsReader;
import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HuggingFaceExportTest {
    private final Path folder;
    private final Path directory;
    private final Gpt model = Exported.model();

    HuggingFaceExportTest(@TempDir Path folder) {
        this.folder = folder;
        this.directory = folder.resolve("exported");
    }

    @AfterEach
    void close() {
        model.close();
    }

    private Map<?, ?> json(String file) throws IOException {
        return LlamaByHand.json(Files.readString(directory.resolve(file)));
    }

    private static Map<?, ?> in(Map<?, ?> object, String field) {
        return (Map<?, ?>) Objects.requireNonNull(object.get(field));
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void configSaysWhatItsReadersAskFor() throws IOException {
        HuggingFaceExport.builder().precision(Precision.BF16).build().write(model, directory);

        Map<String, Object> expected = Map.ofEntries(
                entry("architectures", List.of("LlamaForCausalLM")),
                entry("model_type", "llama"),
                entry("vocab_size", 64.0),
                entry("hidden_size", 128.0),
                entry("intermediate_size", 512.0),
                entry("num_hidden_layers", 2.0),
                entry("num_attention_heads", 2.0),
                entry("num_key_value_heads", 2.0),
                entry("head_dim", 64.0),
                entry("max_position_embeddings", 32.0),
                entry("hidden_act", "silu"),
                entry("rms_norm_eps", 1e-6),
                entry("rope_theta", 10_000.0),
                entry("attention_bias", false),
                entry("mlp_bias", false),
                entry("tie_word_embeddings", true),
                entry("torch_dtype", "bfloat16"));
        Map<?, ?> config = json("config.json");
        expected.forEach(
                (field, value) -> assertThat(config.get(field)).as(field).isEqualTo(value));
        for (String none : List.of("rope_scaling", "bos_token_id", "eos_token_id", "pad_token_id")) {
            assertThat(config.containsKey(none)).as(none).isTrue();
            assertThat(config.get(none)).as(none).isNull();
        }
    }

    @Test
    void tokenizersFilesGoWithTheWeights() throws IOException {
        Path tokenizer = Exported.tokenizer(folder);

        HuggingFaceExport.Written written =
                HuggingFaceExport.builder().tokenizer(tokenizer).build().write(model, directory);

        assertThat(written.files())
                .containsExactly(
                        "model.safetensors",
                        "config.json",
                        "generation_config.json",
                        "tokenizer_config.json",
                        "special_tokens_map.json",
                        "tokenizer.json");
        assertThat(names(directory)).containsExactlyInAnyOrderElementsOf(written.files());
        assertThat(written.bytes()).isEqualTo(sizeOf(directory));
        assertThat(Files.mismatch(tokenizer, directory.resolve("tokenizer.json")))
                .isEqualTo(-1);
        Map<?, ?> config = json("tokenizer_config.json");
        assertThat(config.get("tokenizer_class")).isEqualTo("PreTrainedTokenizerFast");
        assertThat(config.get("model_max_length")).isEqualTo(32.0);
        assertThat(config.get("eos_token")).isEqualTo("<|endoftext|>");
        assertThat(config.get("pad_token")).isEqualTo("<|pad|>");
        assertThat(json("special_tokens_map.json"))
                .isEqualTo(Map.of("bos_token", "<|endoftext|>", "eos_token", "<|endoftext|>", "pad_token", "<|pad|>"));
        assertThat(json("generation_config.json"))
                .isEqualTo(Map.of("bos_token_id", 0.0, "eos_token_id", 0.0, "pad_token_id", 1.0));
        assertThat(json("config.json").get("eos_token_id")).isEqualTo(0.0);
    }

    private static long sizeOf(Path folder) throws IOException {
        long bytes = 0;
        for (String name : names(folder)) {
            bytes += Files.size(folder.resolve(name));
        }
        return bytes;
    }

    @Test
    void headerIsPaddedAndTheHeadIsNotWrittenTwice() throws IOException {
        HuggingFaceExport.builder().build().write(model, directory);

        Path file = directory.resolve("model.safetensors");
        try (SafetensorsReader reader = SafetensorsReader.open(file)) {
            assertThat(reader.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(reader.tensors()).hasSize(2 + 9 * 2).doesNotContainKey("lm_head.weight");
            assertThat(reader.tensors().values())
                    .allSatisfy(tensor -> assertThat(tensor.position() % 8).isZero());
        }
        assertThat(Files.size(file))
                .isBetween(
                        4 * model.config().parameterCount(), 4 * model.config().parameterCount() + 4_096);
    }

    @Test
    void severalFilesHaveAnIndexAndHoldAtMostWhatIsAsked() throws IOException {
        long limit = 400_000; // the largest tensor takes 262,144 bytes
        HuggingFaceExport.builder().maxShardBytes(limit).build().write(model, directory);

        Map<?, ?> index = json("model.safetensors.index.json");
        Map<?, ?> fileByTensor = in(index, "weight_map");
        assertThat(fileByTensor).hasSize(2 + 9 * 2);
        assertThat(in(index, "metadata").get("total_size"))
                .isEqualTo(4.0 * model.config().parameterCount());
        List<Object> files = fileByTensor.values().stream()
                .distinct()
                .map(Object.class::cast)
                .toList();
        assertThat(files)
                .hasSizeGreaterThan(3)
                .first()
                .isEqualTo("model-00001-of-0000" + files.size() + ".safetensors");
        for (Object file : files) {
            try (SafetensorsReader reader = SafetensorsReader.open(directory.resolve(file.toString()))) {
                assertThat(reader.tensors().values().stream()
                                .mapToLong(t -> t.bytes())
                                .sum())
                        .isLessThanOrEqualTo(limit);
                reader.tensors()
                        .keySet()
                        .forEach(name -> assertThat(fileByTensor.get(name)).isEqualTo(file));
            }
        }
    }

    @Test
    void tensorLargerThanTheLimitGetsAFileOfItsOwn() throws IOException {
        HuggingFaceExport.builder().maxShardBytes(1).build().write(model, directory);

        assertThat(names(directory)).contains("model-00020-of-00020.safetensors");
    }

    @Test
    void equalModelsGiveEqualFiles() throws IOException {
        HuggingFaceExport export =
                HuggingFaceExport.builder().precision(Precision.BF16).build();
        export.write(model, directory);
        export.write(model, folder.resolve("again"));

        for (String name : names(directory)) {
            assertThat(Files.mismatch(
                            directory.resolve(name), folder.resolve("again").resolve(name)))
                    .isEqualTo(-1);
        }
    }

    @Test
    void existingDirectoryIsLeftAlone() throws IOException {
        Files.createDirectories(directory);
        Files.writeString(directory.resolve("precious"), "data");

        assertThatThrownBy(() -> HuggingFaceExport.builder().build().write(model, directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining("is there already");

        assertThat(names(folder)).containsExactly("exported");
        assertThat(names(directory)).containsExactly("precious");
    }

    @Test
    void whatAKilledExportLeftIsCleared() throws IOException {
        Path partial = Files.createDirectories(folder.resolve("exported.partial"));
        Files.writeString(partial.resolve("model-00001-of-00002.safetensors"), "half");
        Files.writeString(partial.resolve(".lock"), "");

        HuggingFaceExport.builder().build().write(model, directory);

        assertThat(names(folder)).containsExactly("exported");
        assertThat(names(directory)).containsExactly("config.json", "generation_config.json", "model.safetensors");
    }

    @Test
    void twoExportsDoNotMeetInOneDirectory() throws IOException {
        try (DirectoryLock held =
                DirectoryLock.tryAcquire(folder.resolve("exported.partial")).orElseThrow()) {
            assertThat(held).isNotNull();
            assertThatThrownBy(() -> HuggingFaceExport.builder().build().write(model, directory))
                    .isInstanceOf(HuggingFaceException.class)
                    .hasMessageContaining("Another export");
        }
    }

    @Test
    void anInterruptEndsTheExportAndLeavesNothing() throws IOException {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> HuggingFaceExport.builder().build().write(model, directory))
                .isInstanceOf(UncheckedIOException.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(names(folder)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.NEGATIVE_INFINITY})
    void weightThatIsNoNumberIsRefusedByName(double value) throws IOException {
        spoil("layers.1.attn.k_proj.weight", value);

        assertRefused(HuggingFaceExport.builder(), "model.layers.1.self_attn.k_proj.weight");
    }

    @Test
    void weightBeyondBfloat16IsRefusedThereAndWrittenInFloat32() throws IOException {
        spoil("final_norm.weight", Float.MAX_VALUE);

        assertRefused(HuggingFaceExport.builder().precision(Precision.BF16), "bfloat16, model.norm.weight");
        HuggingFaceExport.builder().build().write(model, directory);
    }

    private void spoil(String name, double value) {
        try (NoGradGuard noGrad = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            model.parameter(name).view(-1).narrow(0, 7, 1).fill_(new Scalar(value));
        }
    }

    private void assertRefused(HuggingFaceExport.Builder export, String why) throws IOException {
        List<String> before = names(folder);
        assertThatThrownBy(() -> export.build().write(model, directory))
                .isInstanceOf(HuggingFaceException.class)
                .hasMessageContaining(why);
        assertThat(names(folder)).isEqualTo(before);
    }

    @Test
    void tokenizerWithMoreIdsThanTheModelIsRefused() throws IOException {
        Path tokenizer = Exported.tokenizer(folder);
        Files.writeString(tokenizer, Files.readString(tokenizer).replace("\"b\": 3", "\"b\": 64"));

        assertRefused(
                HuggingFaceExport.builder().tokenizer(tokenizer),
                "ids up to 64, but the model's vocabulary ends at 63");
    }

    @Test
    void tokenizerWithoutAnEndOfTextIsRefusedUnlessAnotherIsNamed() throws IOException {
        Path tokenizer = Exported.tokenizer(folder);
        Files.writeString(tokenizer, Files.readString(tokenizer).replace("<|endoftext|>", "</s>"));

        assertRefused(HuggingFaceExport.builder().tokenizer(tokenizer), "no special token <|endoftext|>");
        HuggingFaceExport.builder()
                .tokenizer(tokenizer)
                .endOfText("</s>")
                .padding("none")
                .build()
                .write(model, directory);
        assertThat(json("special_tokens_map.json")).isEqualTo(Map.of("bos_token", "</s>", "eos_token", "</s>"));
    }

    @Test
    void tokenizerThatIsNoneIsRefused() throws IOException {
        Path tokenizer = folder.resolve("tokenizer.json");
        HuggingFaceExport export =
                HuggingFaceExport.builder().tokenizer(tokenizer).build();

        assertThatThrownBy(() -> export.write(model, directory))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining(tokenizer.toString());
        Files.writeString(tokenizer, "{\"added_tokens\": [");
        assertThatThrownBy(() -> export.write(model, directory))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining(tokenizer.toString());
        assertThat(directory).doesNotExist();
    }

    @Test
    void chatTemplateMakesTheEndOfATurnAnEndOfGeneration() throws IOException {
        Path tokenizer = folder.resolve("tokenizer.json");
        try (Stream<String> texts = Stream.of("a b c")) {
            BpeTrainer.builder().vocabSize(263).build().train(texts).write(tokenizer);
        }
        try (Gpt chatting =
                Gpt.create(Exported.CONFIG.toBuilder().vocabSize(263).build(), Device.cpu(), new Seed(1))) {
            HuggingFaceExport.builder()
                    .tokenizer(folder) // the directory that holds it
                    .chatTemplate(ChatTemplate.standard())
                    .build()
                    .write(chatting, directory);
        }
        assertThat(json("generation_config.json"))
                .isEqualTo(Map.of("bos_token_id", 0.0, "eos_token_id", List.of(3.0, 0.0), "pad_token_id", 1.0));
        Map<?, ?> config = json("tokenizer_config.json");
        assertThat(config.get("chat_template"))
                .isEqualTo(ChatTemplate.standard().jinja());
        assertThat(config.get("eos_token")).isEqualTo("<|end_of_turn|>");
        assertThat(config.get("bos_token")).isEqualTo("<|endoftext|>");
    }

    @Test
    void chatTemplateNeedsATokenizerWithItsMarkers() throws IOException {
        HuggingFaceExport.Builder export = HuggingFaceExport.builder().chatTemplate(ChatTemplate.standard());

        assertThatThrownBy(export::build).isInstanceOf(IllegalArgumentException.class);
        assertRefused(export.tokenizer(Exported.tokenizer(folder)), "no special token <|system|>");
    }

    /** Only a file system of its own is surely too small; mounting one takes root. */
    @Test
    void diskThatIsTooSmallIsRefusedBeforeAnythingIsWritten() throws Exception {
        Path mount = Files.createDirectories(folder.resolve("small"));
        Process mounting = new ProcessBuilder("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", mount.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(mounting.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assumeTrue(mounting.waitFor() == 0, "a tmpfs cannot be mounted: " + said);
        try (Gpt large =
                Gpt.create(GptConfig.ofDepth(1).toBuilder().vocabSize(8_192).build(), Device.cpu(), new Seed(1))) {
            assertThatThrownBy(() -> HuggingFaceExport.builder().build().write(large, mount.resolve("exported")))
                    .isInstanceOf(HuggingFaceException.class)
                    .hasMessageContaining("MiB left");
            assertThat(names(mount)).isEmpty();
        } finally {
            assertThat(new ProcessBuilder("umount", mount.toString()).start().waitFor())
                    .isZero();
        }
    }

    @Test
    void fileWithoutRoomForAByteIsRefused() {
        assertThatThrownBy(() -> HuggingFaceExport.builder().maxShardBytes(0).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("maxShardBytes");
    }
}

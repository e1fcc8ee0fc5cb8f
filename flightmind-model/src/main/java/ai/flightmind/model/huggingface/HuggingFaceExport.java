package ai.flightmind.model.huggingface;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.chat.ChatTemplate;
import ai.flightmind.model.error.HuggingFaceException;
import ai.flightmind.model.file.WholeFile;
import ai.flightmind.model.huggingface.TokenRoles.Token;
import ai.flightmind.model.pt.PtDtype;
import ai.flightmind.model.pt.TensorBytes;
import ai.flightmind.model.safetensors.SafetensorsWriter;
import ai.flightmind.model.safetensors.SafetensorsWriter.Entry;
import ai.flightmind.model.tokenizer.SpecialTokens;
import ai.flightmind.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Writes a model as Hugging Face lays out a Llama: {@code model.safetensors} (or several and their index), {@code
 * config.json}, {@code generation_config.json} and, where a tokenizer is given, its files. An immutable value.
 *
 * <p>The weights are streamed, one tensor at a time. The directory appears under its name only when the disk has all of it.
 */
public final class HuggingFaceExport {
    private static final long DEFAULT_SHARD_BYTES = 5_000_000_000L;
    private static final String TOKENIZER = "tokenizer.json";
    private static final Map<String, String> METADATA = Map.of("format", "pt");

    /** For what comes with the weights, and for what the file system takes itself. */
    private static final long SLACK_BYTES = 1 << 20;

    private final PtDtype dtype;
    private final long maxShardBytes;
    private final @Nullable Path tokenizer;
    private final @Nullable ChatTemplate chatTemplate;
    private final String endOfText;
    private final String padding;

    private HuggingFaceExport(Builder builder) {
        this.dtype = builder.precision == Precision.BF16 ? PtDtype.BFLOAT16 : PtDtype.FLOAT32;
        this.maxShardBytes = builder.maxShardBytes;
        this.tokenizer = builder.tokenizer;
        this.chatTemplate = builder.chatTemplate;
        this.endOfText = builder.endOfText;
        this.padding = builder.padding;
    }

    /**
     * What was written.
     *
     * @param directory where
     * @param files their names, the weights first
     * @param bytes of all of them
     */
    public record Written(Path directory, List<String> files, long bytes) {
        public Written {
            files = List.copyOf(files);
        }
    }

    public static Builder builder() {
        return new Builder();
    }

    /**
     * Writes a model. It must not change meanwhile.
     *
     * @param directory must not be there yet
     * @throws IllegalStateException if the model has an adapter that is not merged
     * @throws HuggingFaceException if the directory is there, the disk has too little space, the tokenizer does not fit the
     *     model, or a weight cannot be written in the precision asked for; nothing is left behind
     * @throws UncheckedIOException if writing fails, with the system's reason; nothing is left behind
     */
    public Written write(Gpt model, Path directory) {
        if (model.adapter().isPresent()) {
            throw new IllegalStateException("The model has an adapter beside its weights: merge it before the export");
        }
        PartialDirectory.requireAbsent(directory);
        TokenRoles roles = tokenizer == null ? TokenRoles.NONE : roles(tokenizer, model.config());
        List<Entry> entries = entries(model);
        entries.forEach(HuggingFaceExport::requireFinite);
        Shards shards = Shards.of(entries, maxShardBytes);
        try (PartialDirectory partial = PartialDirectory.beside(directory)) {
            requireSpace(shards, partial.path());
            List<String> files = new ArrayList<>();
            for (Map.Entry<String, List<Entry>> shard : shards.byFile().entrySet()) {
                SafetensorsWriter.write(partial.file(shard.getKey()), METADATA, shard.getValue());
                files.add(shard.getKey());
            }
            texts(model.config(), roles, shards).forEach((name, text) -> {
                WholeFile.write(partial.file(name), out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
                files.add(name);
            });
            if (tokenizer != null) {
                WholeFile.write(partial.file(TOKENIZER), out -> Files.copy(tokenizerFile(tokenizer), out));
                files.add(TOKENIZER);
            }
            long bytes = 0;
            for (String file : files) {
                bytes += Files.size(partial.file(file));
            }
            partial.complete();
            return new Written(directory, files, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + directory + ": " + e.getMessage(), e);
        }
    }

    /** The small files by their names. */
    private Map<String, String> texts(GptConfig config, TokenRoles roles, Shards shards) {
        Map<String, String> texts = new LinkedHashMap<>();
        if (!shards.isSingle()) {
            texts.put(Shards.INDEX, Json.text(shards.index()));
        }
        texts.put("config.json", Json.text(LlamaConfig.of(config, dtype, roles)));
        texts.put("generation_config.json", Json.text(roles.ids()));
        if (tokenizer != null) {
            texts.put("tokenizer_config.json", Json.text(tokenizerConfig(roles, config)));
            texts.put("special_tokens_map.json", Json.text(roles.spellings()));
        }
        return texts;
    }

    /** Names the class that reads {@code tokenizer.json}, and what is not in there. */
    private Map<String, Object> tokenizerConfig(TokenRoles roles, GptConfig model) {
        Map<String, Object> config = new LinkedHashMap<>(roles.spellings());
        config.put("add_bos_token", false);
        config.put("clean_up_tokenization_spaces", false);
        config.put("model_max_length", model.sequenceLength());
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        if (chatTemplate != null) {
            config.put("chat_template", chatTemplate.jinja());
        }
        return config;
    }

    private TokenRoles roles(Path tokenizerPath, GptConfig model) {
        try (Tokenizer opened = Tokenizer.open(tokenizerPath)) {
            if (opened.vocabSize() > model.vocabSize()) {
                throw new HuggingFaceException("The tokenizer " + opened + " has ids up to "
                        + (opened.vocabSize() - 1) + ", but the model's vocabulary ends at " + (model.vocabSize() - 1)
                        + ". Give the tokenizer that its training data was made with.");
            }
            if (chatTemplate != null) {
                for (String marker : List.of(chatTemplate.system(), chatTemplate.user(), chatTemplate.assistant())) {
                    Token.required(opened, marker, "begin a turn");
                }
            }
            return new TokenRoles(
                    Token.required(opened, endOfText, "stand between documents"),
                    chatTemplate == null ? null : Token.required(opened, chatTemplate.endOfTurn(), "end a turn"),
                    Token.ifPresent(opened, padding));
        }
    }

    private static Path tokenizerFile(Path tokenizerPath) {
        return Files.isDirectory(tokenizerPath) ? tokenizerPath.resolve(TOKENIZER) : tokenizerPath;
    }

    private List<Entry> entries(Gpt model) {
        List<Entry> entries = new ArrayList<>();
        model.parameters()
                .forEach((name, weight) -> entries.add(new Entry(
                        LlamaNames.of(name), dtype, TensorBytes.longs(weight.sizes()), () -> converted(name, weight))));
        return entries;
    }

    private Tensor converted(String name, Tensor weight) {
        Tensor plain = weight.detach();
        Tensor ordered = LlamaNames.isRotated(name) ? RotaryRows.toHalves(plain) : plain;
        return ordered.to(dtype.scalarType()).cpu().contiguous();
    }

    /** A large float32 becomes infinity in bfloat16, and no program reads NaN for what it is. */
    private static void requireFinite(Entry entry) {
        try (PointerScope scope = new PointerScope()) {
            if (!entry.tensor().get().isfinite().all().item_bool()) {
                throw new HuggingFaceException("The model cannot be written: as " + entry.dtype() + ", " + entry.name()
                        + " holds numbers that are not finite. Export an earlier checkpoint, or in float32.");
            }
        }
    }

    private static void requireSpace(Shards shards, Path directory) throws IOException {
        long needed = SLACK_BYTES
                + shards.byFile().values().stream()
                        .mapToLong(entries -> SafetensorsWriter.fileBytes(METADATA, entries))
                        .sum();
        long usable = Files.getFileStore(directory).getUsableSpace();
        if (usable < needed) {
            throw new HuggingFaceException("The model takes " + (needed >> 20) + " MiB, but the disk of " + directory
                    + " has only " + (usable >> 20) + " MiB left.");
        }
    }

    /** Builds a {@link HuggingFaceExport}; nothing is required. */
    public static final class Builder {
        private Precision precision = Precision.FP32;
        private long maxShardBytes = DEFAULT_SHARD_BYTES;
        private @Nullable Path tokenizer;
        private @Nullable ChatTemplate chatTemplate;
        private String endOfText = SpecialTokens.END_OF_TEXT;
        private String padding = SpecialTokens.PAD;

        private Builder() {}

        /** The numbers in the files: float32, which loses nothing, or bfloat16, half as large; default float32. */
        public Builder precision(Precision precision) {
            this.precision = precision;
            return this;
        }

        /** The tensors' bytes per file, from which on there is another one; default 5,000,000,000. */
        public Builder maxShardBytes(long maxShardBytes) {
            this.maxShardBytes = maxShardBytes;
            return this;
        }

        /**
         * The {@code tokenizer.json} that the training data was made with, or the directory that holds it; default: none,
         * and no files for it. See {@link Tokenizer#open} for the library that it takes.
         */
        public Builder tokenizer(Path path) {
            this.tokenizer = path;
            return this;
        }

        /**
         * How a model that was fine-tuned on conversations reads them; goes with the tokenizer's files, and makes its end of
         * a turn an end of generation. Default: none.
         */
        public Builder chatTemplate(ChatTemplate chatTemplate) {
            this.chatTemplate = chatTemplate;
            return this;
        }

        /** The special token between documents, which ends a generated text; default {@code <|endoftext|>}. */
        public Builder endOfText(String spelling) {
            this.endOfText = spelling;
            return this;
        }

        /** The special token that fills up shorter texts, if the tokenizer has it; default {@code <|pad|>}. */
        public Builder padding(String spelling) {
            this.padding = spelling;
            return this;
        }

        /**
         * Checks the settings.
         *
         * @throws IllegalArgumentException if one is out of its range
         */
        public HuggingFaceExport build() {
            if (maxShardBytes < 1) {
                throw new IllegalArgumentException("maxShardBytes must be at least 1, not " + maxShardBytes);
            }
            if (chatTemplate != null && tokenizer == null) {
                throw new IllegalArgumentException("A chat template needs the tokenizer that it is for");
            }
            return new HuggingFaceExport(this);
        }
    }
}

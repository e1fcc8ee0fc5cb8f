package ai.flightmind.model.tokenizer;

import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Makes {@code tokenizer.json} files for tests. */
final class TokenizerFiles {
    private static final String TEXT = """
            Cleared for take-off runway 27. The wind is calm, the visibility good; it's no day to stay on the ground.
            Für den Flug nach Zürich: 飞行员报告能见度良好。 🛫 🛫 naïve café
            """;

    private TokenizerFiles() {}

    /** A vocabulary such as the original's. */
    static Path byteLevel(Path directory) {
        Path file = directory.resolve("tokenizer.json");
        BpeTrainer.builder()
                .vocabSize(340)
                .minFrequency(1)
                .build()
                .train(Stream.of(TEXT))
                .write(file);
        return file;
    }

    /** The same with other words for some of the file. */
    static Path byteLevel(Path directory, String replaced, String by) throws IOException {
        Path file = byteLevel(directory);
        String json = Files.readString(file);
        if (!json.contains(replaced)) {
            throw new IllegalArgumentException(replaced);
        }
        return Files.writeString(file, json.replace(replaced, by));
    }

    /** Such as Llama 2's: words begin with ▁, and what is not in the vocabulary is spelt in bytes. */
    static Path byWordsAndBytes(Path directory) throws IOException {
        StringBuilder vocabulary = new StringBuilder("\"<unk>\":0,\"<s>\":1,\"</s>\":2");
        for (int i = 0; i < 256; i++) {
            vocabulary.append(String.format(",\"<0x%02X>\":%d", i, 3 + i));
        }
        String[] pieces = {"▁", "h", "i", "▁h", "▁hi", "t", "e", "r", "▁t", "▁th", "▁the", "▁ther", "▁there"};
        for (int i = 0; i < pieces.length; i++) {
            vocabulary.append(",\"" + pieces[i] + "\":" + (259 + i));
        }
        return Files.writeString(directory.resolve("tokenizer.json"), """
                {"version": "1.0", "truncation": null, "padding": null,
                 "added_tokens": [
                   {"id": 0, "content": "<unk>", "single_word": false, "lstrip": false, "rstrip": false,
                    "normalized": false, "special": true},
                   {"id": 1, "content": "<s>", "single_word": false, "lstrip": false, "rstrip": false,
                    "normalized": false, "special": true},
                   {"id": 2, "content": "</s>", "single_word": false, "lstrip": false, "rstrip": false,
                    "normalized": false, "special": true}],
                 "normalizer": {"type": "Sequence", "normalizers": [
                   {"type": "Prepend", "prepend": "▁"},
                   {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}]},
                 "pre_tokenizer": null,
                 "post_processor": {"type": "TemplateProcessing",
                   "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
                   "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
                   "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
                 "decoder": {"type": "Sequence", "decoders": [
                   {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
                   {"type": "ByteFallback"}, {"type": "Fuse"},
                   {"type": "Strip", "content": " ", "start": 1, "stop": 0}]},
                 "model": {"type": "BPE", "dropout": null, "unk_token": "<unk>", "continuing_subword_prefix": null,
                   "end_of_word_suffix": null, "fuse_unk": true, "byte_fallback": true, "ignore_merges": false,
                   "vocab": {%s},
                   "merges": ["▁ h", "▁h i", "▁ t", "▁t h", "▁th e", "▁the r", "▁ther e"]}}
                """.formatted(vocabulary));
    }
}

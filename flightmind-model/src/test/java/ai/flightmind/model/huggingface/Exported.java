package ai.flightmind.model.huggingface;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Seed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small model to export, and a tokenizer for it. */
final class Exported {
    static final GptConfig CONFIG =
            GptConfig.builder().depth(2).vocabSize(64).sequenceLength(32).build();

    private Exported() {}

    static Gpt model() {
        return Gpt.create(CONFIG, Device.cpu(), new Seed(11));
    }

    /** Two special tokens and one letter. */
    static Path tokenizer(Path folder) throws IOException {
        return Files.writeString(folder.resolve("any-name.json"), """
                {"version": "1.0", "truncation": null, "padding": null,
                 "added_tokens": [
                   {"id": 0, "content": "<|endoftext|>", "single_word": false, "lstrip": false, "rstrip": false,
                    "normalized": false, "special": true},
                   {"id": 1, "content": "<|pad|>", "single_word": false, "lstrip": false, "rstrip": true,
                    "normalized": false, "special": true}],
                 "normalizer": null,
                 "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
                 "post_processor": null,
                 "decoder": {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true},
                 "model": {"type": "BPE", "vocab": {"a": 2, "b": 3}, "merges": []}}
                """);
    }
}

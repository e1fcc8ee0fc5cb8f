package ai.flightmind.model.tokenizer.bpe;

import ai.flightmind.model.file.WholeFile;
import ai.flightmind.model.tokenizer.Tokenizer;
import com.squareup.moshi.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import okio.Buffer;

/**
 * A byte-level BPE vocabulary: special tokens from id 0 on, then the 256 bytes, then what was merged, the most frequent
 * first. An immutable value.
 *
 * @param specialTokens by their spelling
 * @param tokens all others, spelt in the characters of a {@code tokenizer.json}, in which a space is {@code Ġ}
 * @param merges in the order in which they are made
 */
public record BpeVocabulary(List<String> specialTokens, List<String> tokens, List<Merge> merges) {
    /**
     * Two tokens that become one where they stand side by side.
     *
     * @param left spelt as in the vocabulary
     */
    public record Merge(String left, String right) {}

    public BpeVocabulary {
        specialTokens = List.copyOf(specialTokens);
        tokens = List.copyOf(tokens);
        merges = List.copyOf(merges);
        Set<String> spellings = new HashSet<>(tokens);
        for (String special : specialTokens) {
            if (!spellings.add(special)) {
                throw new IllegalArgumentException(
                        "The special token " + special + " is spelt like another token: choose another spelling");
            }
        }
    }

    /** How many ids there are. */
    public int size() {
        return specialTokens.size() + tokens.size();
    }

    /**
     * Writes a {@code tokenizer.json} that Hugging Face's libraries and {@link Tokenizer#open} read. It is there under its
     * name only when the disk has all of it.
     *
     * @throws UncheckedIOException if it cannot be written
     */
    public void write(Path file) {
        Buffer json = new Buffer();
        try (JsonWriter writer = JsonWriter.of(json)) {
            writer.setIndent("  ");
            writer.setSerializeNulls(true);
            write(writer);
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written", e);
        }
        WholeFile.write(file, json::writeTo);
    }

    private void write(JsonWriter json) throws IOException {
        json.beginObject();
        json.name("version").value("1.0");
        json.name("truncation").nullValue();
        json.name("padding").nullValue();
        json.name("added_tokens").beginArray();
        for (int id = 0; id < specialTokens.size(); id++) {
            json.beginObject();
            json.name("id").value(id);
            json.name("content").value(specialTokens.get(id));
            for (String flag : List.of("single_word", "lstrip", "rstrip", "normalized")) {
                json.name(flag).value(false);
            }
            json.name("special").value(true);
            json.endObject();
        }
        json.endArray();
        json.name("normalizer").nullValue();
        for (String part : List.of("pre_tokenizer", "post_processor", "decoder")) {
            json.name(part).beginObject();
            json.name("type").value("ByteLevel");
            json.name("add_prefix_space").value(false);
            json.name("trim_offsets").value(true);
            json.name("use_regex").value(true);
            json.endObject();
        }
        json.name("model");
        writeModel(json);
        json.endObject();
    }

    private void writeModel(JsonWriter json) throws IOException {
        json.beginObject();
        json.name("type").value("BPE");
        for (String unused : List.of("dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix")) {
            json.name(unused).nullValue();
        }
        for (String flag : List.of("fuse_unk", "byte_fallback", "ignore_merges")) {
            json.name(flag).value(false);
        }
        json.name("vocab").beginObject();
        for (int id = 0; id < specialTokens.size(); id++) {
            json.name(specialTokens.get(id)).value(id);
        }
        for (int i = 0; i < tokens.size(); i++) {
            json.name(tokens.get(i)).value(specialTokens.size() + i);
        }
        json.endObject();
        json.name("merges").beginArray();
        for (Merge merge : merges) {
            // Older readers know this form only; no token holds a space.
            json.value(merge.left() + " " + merge.right());
        }
        json.endArray();
        json.endObject();
    }
}

package ai.flightmind.model.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A {@code tokenizer.json}, encoded by Hugging Face's library. Thread-safe; closing it waits for calls in progress. */
final class HuggingFaceTokenizer implements Tokenizer {
    private static final String FILE = "tokenizer.json";
    /** What vocabularies of others call the token between documents; the first that is there. */
    private static final List<String> ENDS = List.of(SpecialTokens.END_OF_TEXT, "<|end_of_text|>", "</s>", "<eos>");

    private final Path file;
    private final int vocabSize;
    private final Map<String, Integer> specialTokens;
    private final Set<Integer> specialIds;
    private final @Nullable ByteVocabulary bytes;
    private final String fingerprint;
    private final NativeTokenizer whole;
    /** Finds no special token in a text; the library has no switch for that here. */
    private final NativeTokenizer textOnly;

    private HuggingFaceTokenizer(Path file, TokenizerJson json, NativeTokenizer whole, NativeTokenizer textOnly) {
        this.file = file;
        this.vocabSize = json.vocabSize();
        this.specialTokens = json.specialTokens();
        this.specialIds = Set.copyOf(specialTokens.values());
        this.bytes = json.byteVocabulary();
        this.fingerprint = json.fingerprint();
        this.whole = whole;
        this.textOnly = textOnly;
    }

    static HuggingFaceTokenizer open(Path path) {
        Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
        TokenizerJson json = TokenizerJson.read(file);
        NativeTokenizer whole = NativeTokenizer.open(file, json.whole());
        try {
            return new HuggingFaceTokenizer(file, json, whole, NativeTokenizer.open(file, json.withoutSpecialTokens()));
        } catch (RuntimeException e) {
            whole.close();
            throw e;
        }
    }

    @Override
    public int vocabSize() {
        return vocabSize;
    }

    @Override
    public int[] encode(String text) {
        return textOnly.encode(text);
    }

    @Override
    public int[] encodeWithSpecialTokens(String text) {
        return whole.encode(text);
    }

    @Override
    public String decode(int[] ids) {
        if (bytes != null) {
            return bytes.decode(ids);
        }
        for (int i = 0; i < ids.length; i++) {
            requireId(ids[i], i);
        }
        return whole.decode(ids);
    }

    private int requireId(int id, long position) {
        if (id < 0 || id >= vocabSize) {
            throw ByteVocabulary.unknown(id, position, vocabSize);
        }
        return id;
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return bytes != null ? new ByteDecoder(bytes) : new WindowDecoder(this::decode, specialIds::contains);
    }

    @Override
    public OptionalInt specialToken(String spelling) {
        Integer id = specialTokens.get(spelling);
        return id == null ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public OptionalInt endOfText() {
        return ENDS.stream()
                .map(specialTokens::get)
                .filter(Objects::nonNull)
                .mapToInt(id -> id)
                .findFirst();
    }

    @Override
    public String fingerprint() {
        return fingerprint;
    }

    @Override
    public void close() {
        whole.close();
        textOnly.close();
    }

    @Override
    public String toString() {
        return file.toString();
    }
}

package ai.flightmind.model.tokenizer;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import okio.ByteString;

/** A token for each byte of UTF-8, after the special tokens. Immutable; closing it does nothing. */
final class ByteTokenizer implements Tokenizer {
    private static final int FIRST_BYTE = SpecialTokens.ALL.size();
    private static final int VOCAB_SIZE = FIRST_BYTE + 256;
    private static final ByteVocabulary VOCABULARY = new ByteVocabulary(IntStream.range(0, VOCAB_SIZE)
            .mapToObj(id -> id < FIRST_BYTE ? new byte[0] : new byte[] {(byte) (id - FIRST_BYTE)})
            .toArray(byte[][]::new));
    private static final Pattern SPECIAL =
            Pattern.compile(SpecialTokens.ALL.stream().map(Pattern::quote).collect(Collectors.joining("|")));

    @Override
    public int vocabSize() {
        return VOCAB_SIZE;
    }

    @Override
    public int[] encode(String text) {
        byte[] utf8 = Surrogates.mended(text).getBytes(StandardCharsets.UTF_8);
        int[] ids = new int[utf8.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = FIRST_BYTE + (utf8[i] & 0xFF);
        }
        return ids;
    }

    @Override
    public int[] encodeWithSpecialTokens(String text) {
        IntStream.Builder ids = IntStream.builder();
        int from = 0;
        for (Matcher special = SPECIAL.matcher(text); special.find(); from = special.end()) {
            Arrays.stream(encode(text.substring(from, special.start()))).forEach(ids);
            ids.add(SpecialTokens.ALL.indexOf(special.group()));
        }
        Arrays.stream(encode(text.substring(from))).forEach(ids);
        return ids.build().toArray();
    }

    @Override
    public String decode(int[] ids) {
        return VOCABULARY.decode(ids);
    }

    @Override
    public StreamingDecoder streamingDecoder() {
        return new ByteDecoder(VOCABULARY);
    }

    @Override
    public OptionalInt specialToken(String spelling) {
        int id = SpecialTokens.ALL.indexOf(spelling);
        return id < 0 ? OptionalInt.empty() : OptionalInt.of(id);
    }

    @Override
    public OptionalInt endOfText() {
        return specialToken(SpecialTokens.END_OF_TEXT);
    }

    @Override
    public String fingerprint() {
        return ByteString.encodeUtf8("a token for each byte after " + SpecialTokens.ALL)
                .sha256()
                .hex();
    }

    @Override
    public void close() {}

    @Override
    public String toString() {
        return "bytes";
    }
}

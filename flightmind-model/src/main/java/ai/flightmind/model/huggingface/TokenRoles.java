package ai.flightmind.model.huggingface;

import ai.flightmind.model.error.HuggingFaceException;
import ai.flightmind.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that a program which generates must know, as far as there are such.
 *
 * @param endOfText stands between documents, and so before the first and after the last
 * @param endOfTurn ends what an assistant says
 * @param padding fills up shorter texts
 */
record TokenRoles(
        @Nullable Token endOfText,
        @Nullable Token endOfTurn,
        @Nullable Token padding) {
    static final TokenRoles NONE = new TokenRoles(null, null, null);

    /** A special token. */
    record Token(String spelling, int id) {
        /** @throws HuggingFaceException if the tokenizer has none that is spelt so */
        static Token required(Tokenizer tokenizer, String spelling, String purpose) {
            Token token = ifPresent(tokenizer, spelling);
            if (token == null) {
                throw new HuggingFaceException("The tokenizer " + tokenizer + " has no special token " + spelling
                        + ", which should " + purpose + ". Name the one that does.");
            }
            return token;
        }

        static @Nullable Token ifPresent(Tokenizer tokenizer, String spelling) {
            OptionalInt id = tokenizer.specialToken(spelling);
            return id.isPresent() ? new Token(spelling, id.getAsInt()) : null;
        }
    }

    /** What {@code config.json} and {@code generation_config.json} say of them. */
    Map<String, @Nullable Object> ids() {
        List<Integer> ends = new ArrayList<>();
        if (endOfTurn != null) {
            ends.add(endOfTurn.id());
        }
        if (endOfText != null) {
            ends.add(endOfText.id());
        }
        Map<String, @Nullable Object> ids = new LinkedHashMap<>();
        ids.put("bos_token_id", endOfText == null ? null : endOfText.id());
        ids.put("eos_token_id", ends.isEmpty() ? null : ends.size() == 1 ? ends.get(0) : ends);
        ids.put("pad_token_id", padding == null ? null : padding.id());
        return ids;
    }

    /** What {@code tokenizer_config.json} and {@code special_tokens_map.json} say of them. */
    Map<String, Object> spellings() {
        Map<String, Object> spellings = new LinkedHashMap<>();
        if (endOfText != null) {
            spellings.put("bos_token", endOfText.spelling());
        }
        Token end = endOfTurn != null ? endOfTurn : endOfText;
        if (end != null) {
            spellings.put("eos_token", end.spelling());
        }
        if (padding != null) {
            spellings.put("pad_token", padding.spelling());
        }
        return spellings;
    }
}

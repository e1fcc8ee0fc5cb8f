package ai.flightmind.model.huggingface;

import ai.flightmind.model.error.HuggingFaceException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A {@code tokenizer.json}, as far as the files beside it repeat what is in it.
 *
 * @param file where it is
 * @param addedTokens in the order of the file
 * @param largestId of all its tokens
 */
record TokenizerJson(Path file, List<AddedToken> addedTokens, int largestId) {

    /** @throws HuggingFaceException if the file is missing or no tokenizer */
    static TokenizerJson read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new HuggingFaceException("The tokenizer " + file + " does not exist.");
        }
        Map<?, ?> root = Json.read(file);
        List<AddedToken> added = new ArrayList<>();
        if (root.get("added_tokens") instanceof List<?> tokens) {
            tokens.forEach(token -> added.add(addedToken(file, token)));
        }
        Object vocab = root.get("model") instanceof Map<?, ?> model ? model.get("vocab") : null;
        if (vocab == null) {
            throw new HuggingFaceException(file + " has no model.vocab: it is not a tokenizer.json.");
        }
        int largest = Stream.concat(
                        added.stream().map(AddedToken::id),
                        vocab instanceof Map<?, ?> ids
                                ? ids.values().stream().map(id -> id(file, id))
                                : Stream.of(((Collection<?>) vocab).size() - 1))
                .max(Integer::compare)
                .orElse(-1);
        return new TokenizerJson(file, List.copyOf(added), largest);
    }

    private static AddedToken addedToken(Path file, @Nullable Object token) {
        if (token instanceof Map<?, ?> fields && fields.get("content") instanceof String content) {
            Map<String, Object> attributes = new HashMap<>();
            fields.forEach((key, value) -> {
                if (value != null) {
                    attributes.put(String.valueOf(key), value);
                }
            });
            return new AddedToken(id(file, fields.get("id")), content, attributes);
        }
        throw new HuggingFaceException(file + ": added_tokens holds " + token + ", which is no token.");
    }

    private static int id(Path file, @Nullable Object id) {
        if (id instanceof Double number && number >= 0 && number == Math.rint(number) && number < Integer.MAX_VALUE) {
            return number.intValue();
        }
        throw new HuggingFaceException(file + " holds a token whose id is " + id + ".");
    }

    Optional<AddedToken> token(String content) {
        return addedTokens.stream()
                .filter(token -> token.content().equals(content))
                .findFirst();
    }

    /**
     * The file that names the class which reads {@code tokenizer.json}.
     *
     * @param maxLength tokens that the model takes
     */
    Map<String, Object> config(TokenRoles roles, int maxLength) {
        Map<String, Object> decoder = new LinkedHashMap<>();
        addedTokens.forEach(token -> decoder.put(Integer.toString(token.id()), token.description()));
        Map<String, Object> config = new LinkedHashMap<>();
        config.put("added_tokens_decoder", decoder);
        config.putAll(roles.spellings());
        config.put("add_bos_token", false);
        config.put("clean_up_tokenization_spaces", false);
        config.put("model_max_length", maxLength);
        config.put("tokenizer_class", "PreTrainedTokenizerFast");
        return config;
    }
}

package ai.flightmind.model.huggingface;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A token of {@code tokenizer.json} that is found in a text before anything else is.
 *
 * @param id its number
 * @param content its spelling
 * @param attributes how it is matched, as the file says it
 */
record AddedToken(int id, String content, Map<String, Object> attributes) {
    AddedToken {
        attributes = Map.copyOf(attributes);
    }

    /** As {@code added_tokens_decoder} of {@code tokenizer_config.json} describes it. */
    Map<String, Object> description() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("content", content);
        for (String attribute : new String[] {"lstrip", "normalized", "rstrip", "single_word", "special"}) {
            description.put(attribute, Boolean.TRUE.equals(attributes.get(attribute)));
        }
        return description;
    }
}

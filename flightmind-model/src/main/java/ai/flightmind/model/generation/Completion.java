package ai.flightmind.model.generation;

import java.util.List;

/**
 * What follows a prompt. An immutable value.
 *
 * @param text without the prompt, and without the stop string or the special token that ended it; empty if the generator
 *     has no tokenizer
 * @param ids what was drawn, without the stop token or the end of text that ended it. A stop string may end within a
 *     token, so the last ids may say more than the text does.
 * @param finishReason why it ends there
 */
public record Completion(String text, List<Integer> ids, FinishReason finishReason) {
    public Completion {
        ids = List.copyOf(ids);
    }
}

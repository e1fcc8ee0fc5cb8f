package ai.flightmind.model.chat;

import ai.flightmind.model.tokenizer.Tokenizer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Turns conversations into token ids by a template. What is said is text, whatever it looks like: only the template's own
 * markers become special tokens. Thread-safe if the tokenizer is, which stays the caller's to close.
 */
public final class ChatEncoder {
    private final Tokenizer tokenizer;
    private final Map<ChatMessage.Role, Integer> markers = new EnumMap<>(ChatMessage.Role.class);
    private final int endOfTurn;

    /**
     * Makes sure that each marker is one token, so that no text can pretend to be one and a turn's end is seen.
     *
     * @throws IllegalArgumentException that names the marker, if it is no special token of the tokenizer
     */
    public ChatEncoder(ChatTemplate template, Tokenizer tokenizer) {
        this.tokenizer = tokenizer;
        for (ChatMessage.Role role : ChatMessage.Role.values()) {
            markers.put(role, id(template.marker(role), tokenizer));
        }
        this.endOfTurn = id(template.endOfTurn(), tokenizer);
    }

    private static int id(String marker, Tokenizer tokenizer) {
        return tokenizer
                .specialToken(marker)
                .orElseThrow(() -> new IllegalArgumentException("The tokenizer " + tokenizer + " has no special token "
                        + marker + ", which the chat template needs. Name one that it has in the template."));
    }

    /** The token after each turn, at which generation is to stop. */
    public int endOfTurn() {
        return endOfTurn;
    }

    /** A whole conversation. The assistant's texts, and the end of each of its turns, are what is learned. */
    public EncodedChat encode(List<ChatMessage> messages) {
        IntStream.Builder ids = IntStream.builder();
        messages.forEach(message -> {
            boolean learned = message.role() == ChatMessage.Role.ASSISTANT;
            ids.add(~marker(message));
            for (int id : tokenizer.encode(message.content())) {
                ids.add(learned ? id : ~id);
            }
            ids.add(learned ? endOfTurn : ~endOfTurn);
        });
        return new EncodedChat(ids.build().toArray());
    }

    /** A conversation up to the point where the assistant begins to speak. */
    public int[] prompt(List<ChatMessage> messages) {
        EncodedChat before = encode(messages);
        int assistant = marker(ChatMessage.assistant(""));
        return IntStream.concat(IntStream.range(0, before.length()).map(before::id), IntStream.of(assistant))
                .toArray();
    }

    private int marker(ChatMessage message) {
        Integer marker = markers.get(message.role());
        if (marker == null) {
            throw new IllegalStateException("No marker for " + message.role());
        }
        return marker;
    }
}

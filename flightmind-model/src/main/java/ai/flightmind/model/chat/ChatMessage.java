package ai.flightmind.model.chat;

/**
 * What one side says in a conversation.
 *
 * @param role whose turn it is
 * @param content the text, without any marker
 */
public record ChatMessage(Role role, String content) {
    /** Whose turn it is. */
    public enum Role {
        /** What the assistant is to know or to be, before the conversation. */
        SYSTEM,
        USER,
        /** The model. */
        ASSISTANT
    }

    public static ChatMessage system(String content) {
        return new ChatMessage(Role.SYSTEM, content);
    }

    public static ChatMessage user(String content) {
        return new ChatMessage(Role.USER, content);
    }

    public static ChatMessage assistant(String content) {
        return new ChatMessage(Role.ASSISTANT, content);
    }
}

package ai.flightmind.model.chat;

import ai.flightmind.model.tokenizer.SpecialTokens;
import java.util.List;

/**
 * The special tokens around what is said: {@code <|user|>How high?<|end_of_turn|><|assistant|>Flight level
 * 350.<|end_of_turn|>}. No spaces or line ends are added. An immutable value.
 *
 * @param system stands before a system message; default {@code <|system|>}
 * @param user stands before what the user says; default {@code <|user|>}
 * @param assistant stands before what the assistant says; default {@code <|assistant|>}
 * @param endOfTurn stands after each of them; default {@code <|end_of_turn|>}
 */
public record ChatTemplate(String system, String user, String assistant, String endOfTurn) {
    public ChatTemplate {
        if (List.of(system, user, assistant, endOfTurn).contains("")) {
            throw new IllegalArgumentException("The markers of a chat template cannot be empty");
        }
        if (List.of(system, user, assistant).contains(endOfTurn) || assistant.equals(user)) {
            throw new IllegalArgumentException(
                    "The end of a turn, the user and the assistant need markers that differ, not " + endOfTurn + ", "
                            + user + " and " + assistant);
        }
    }

    /** With the special tokens of the original's vocabulary. */
    public static ChatTemplate standard() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** What stands before a message of this role. */
    public String marker(ChatMessage.Role role) {
        return switch (role) {
            case SYSTEM -> system;
            case USER -> user;
            case ASSISTANT -> assistant;
        };
    }

    /**
     * The same in the language of Hugging Face's {@code chat_template}: a Jinja template over {@code messages} and {@code
     * add_generation_prompt}.
     */
    public String jinja() {
        return "{% for message in messages %}"
                + "{% if message['role'] == 'system' %}{{ " + literal(system) + " }}"
                + "{% elif message['role'] == 'user' %}{{ " + literal(user) + " }}"
                + "{% elif message['role'] == 'assistant' %}{{ " + literal(assistant) + " }}"
                + "{% else %}{{ raise_exception('No such role: ' + message['role']) }}{% endif %}"
                + "{{ message['content'] + " + literal(endOfTurn) + " }}"
                + "{% endfor %}"
                + "{% if add_generation_prompt %}{{ " + literal(assistant) + " }}{% endif %}";
    }

    private static String literal(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }

    /** Builds a {@link ChatTemplate}; nothing is required. */
    public static final class Builder {
        private String system = SpecialTokens.SYSTEM;
        private String user = SpecialTokens.USER;
        private String assistant = SpecialTokens.ASSISTANT;
        private String endOfTurn = SpecialTokens.END_OF_TURN;

        private Builder() {}

        /** Stands before a system message; default {@code <|system|>}. */
        public Builder system(String marker) {
            this.system = marker;
            return this;
        }

        /** Stands before what the user says; default {@code <|user|>}. */
        public Builder user(String marker) {
            this.user = marker;
            return this;
        }

        /** Stands before what the assistant says; default {@code <|assistant|>}. */
        public Builder assistant(String marker) {
            this.assistant = marker;
            return this;
        }

        /** Stands after each message; default {@code <|end_of_turn|>}. */
        public Builder endOfTurn(String marker) {
            this.endOfTurn = marker;
            return this;
        }

        public ChatTemplate build() {
            return new ChatTemplate(system, user, assistant, endOfTurn);
        }
    }
}

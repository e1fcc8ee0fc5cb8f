package ai.flightmind.train.chat;

import ai.flightmind.model.chat.ChatMessage;
import ai.flightmind.train.corpus.JsonLines;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A file of conversations, one JSON object a line: {@code {"messages": [{"role": "user", "content": "…"}, …]}}, or {@code
 * {"prompt": "…", "response": "…"}} for one question and its answer. Other fields are passed over, and so are blank lines.
 */
final class ConversationFile {
    private static final String FORM = "A line is {\"messages\": [{\"role\": \"user\", \"content\": \"…\"}, {\"role\":"
            + " \"assistant\", \"content\": \"…\"}]} or {\"prompt\": \"…\", \"response\": \"…\"}.";

    private ConversationFile() {}

    /** Takes a conversation. */
    interface Consumer {
        void accept(List<ChatMessage> messages);
    }

    /** @throws ai.flightmind.train.error.DataException that names the line, if one is not of this kind or has no answer to learn from */
    static void read(Path file, Consumer consumer) {
        JsonLines.read(file, FORM, (json, number) -> {
            List<ChatMessage> messages = conversation(json);
            if (messages.stream().noneMatch(message -> message.role() == ChatMessage.Role.ASSISTANT)) {
                throw new JsonDataException("there is no answer of the assistant to learn from");
            }
            consumer.accept(messages);
        });
    }

    private static List<ChatMessage> conversation(JsonReader json) throws IOException {
        List<ChatMessage> messages = null;
        String prompt = null;
        String response = null;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "messages" -> messages = messages(json);
                case "prompt" -> prompt = JsonLines.text(json);
                case "response" -> response = JsonLines.text(json);
                default -> json.skipValue();
            }
        }
        json.endObject();
        if (messages != null && prompt == null && response == null) {
            return messages;
        }
        if (messages == null && prompt != null && response != null) {
            return List.of(ChatMessage.user(prompt), ChatMessage.assistant(response));
        }
        throw new JsonDataException("there should be either messages, or a prompt and a response");
    }

    private static List<ChatMessage> messages(JsonReader json) throws IOException {
        List<ChatMessage> messages = new ArrayList<>();
        json.beginArray();
        while (json.hasNext()) {
            ChatMessage.Role role = null;
            String content = null;
            json.beginObject();
            while (json.hasNext()) {
                switch (json.nextName()) {
                    case "role" -> role = role(json);
                    case "content" -> content = JsonLines.text(json);
                    default -> json.skipValue();
                }
            }
            json.endObject();
            messages.add(message(role, content, json.getPath()));
        }
        json.endArray();
        return messages;
    }

    private static ChatMessage message(ChatMessage.@Nullable Role role, @Nullable String content, String path) {
        if (role == null || content == null) {
            throw new JsonDataException("a message without a role or content before " + path);
        }
        return new ChatMessage(role, content);
    }

    private static ChatMessage.Role role(JsonReader json) throws IOException {
        String name = JsonLines.text(json);
        for (ChatMessage.Role role : ChatMessage.Role.values()) {
            if (role.name().toLowerCase(Locale.ROOT).equals(name)) {
                return role;
            }
        }
        throw new JsonDataException("no such role at " + json.getPath() + ": " + name);
    }
}

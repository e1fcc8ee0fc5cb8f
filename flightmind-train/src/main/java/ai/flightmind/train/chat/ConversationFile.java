package ai.flightmind.train.chat;

import ai.flightmind.model.chat.ChatMessage;
import ai.flightmind.train.error.DataException;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import okio.Buffer;
import okio.BufferedSource;
import okio.Okio;
import org.jspecify.annotations.Nullable;

/**
 * A file of conversations, one JSON object a line: {@code {"messages": [{"role": "user", "content": "…"}, …]}}, or {@code
 * {"prompt": "…", "response": "…"}} for one question and its answer. Other fields are passed over, and so are blank lines.
 */
final class ConversationFile {
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final String READERS_ADVICE = "Use JsonReader.setLenient(true) to accept malformed JSON";

    private ConversationFile() {}

    /** Takes a conversation. */
    interface Consumer {
        void accept(List<ChatMessage> messages);
    }

    /** @throws DataException that names the line, if one is not of this kind or has no answer to learn from */
    static void read(Path file, Consumer consumer) {
        try (BufferedSource source = Okio.buffer(Okio.source(file))) {
            for (long number = 1; !source.exhausted(); number++) {
                String line = line(source, file, number);
                if (!line.isBlank()) {
                    consumer.accept(conversation(file, number, line));
                }
            }
        } catch (IOException e) {
            throw new DataException(file + " cannot be read: " + e, e);
        }
    }

    private static String line(BufferedSource source, Path file, long number) throws IOException {
        long end = source.indexOf((byte) '\n');
        byte[] bytes = end < 0 ? source.readByteArray() : source.readByteArray(end + 1);
        try {
            String line = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            return number == 1 && line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
        } catch (CharacterCodingException e) {
            throw new DataException(file + ":" + number + ": not UTF-8. Convert the file.", e);
        }
    }

    private static List<ChatMessage> conversation(Path file, long number, String line) {
        try (JsonReader json = JsonReader.of(new Buffer().writeUtf8(line))) {
            List<ChatMessage> messages = conversation(json);
            JsonReader.Token ignored = json.peek(); // throws if more than spaces stand after the object
            if (messages.stream().noneMatch(message -> message.role() == ChatMessage.Role.ASSISTANT)) {
                throw new JsonDataException("there is no answer of the assistant to learn from");
            }
            return messages;
        } catch (IOException | JsonDataException e) {
            String problem = String.valueOf(e.getMessage()).replace(READERS_ADVICE, "malformed JSON");
            throw new DataException(
                    file + ":" + number + ": " + problem + ". A line is {\"messages\": [{\"role\": \"user\","
                            + " \"content\": \"…\"}, {\"role\": \"assistant\", \"content\": \"…\"}]} or {\"prompt\": \"…\","
                            + " \"response\": \"…\"}.",
                    e);
        }
    }

    private static List<ChatMessage> conversation(JsonReader json) throws IOException {
        List<ChatMessage> messages = null;
        String prompt = null;
        String response = null;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "messages" -> messages = messages(json);
                case "prompt" -> prompt = text(json);
                case "response" -> response = text(json);
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
                    case "content" -> content = text(json);
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
        String name = text(json);
        for (ChatMessage.Role role : ChatMessage.Role.values()) {
            if (role.name().toLowerCase(Locale.ROOT).equals(name)) {
                return role;
            }
        }
        throw new JsonDataException("no such role at " + json.getPath() + ": " + name);
    }

    /** The reader would take numbers for texts, too. */
    private static String text(JsonReader json) throws IOException {
        if (json.peek() != JsonReader.Token.STRING) {
            throw new JsonDataException("a " + json.peek() + " where a text should be, at " + json.getPath());
        }
        return json.nextString();
    }
}

package ai.flightmind.examples;

import ai.flightmind.model.generation.Completion;
import com.squareup.moshi.JsonWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import okio.Buffer;

/** Writes completions to the standard output: as text behind their prompts, or a line of JSON each. */
final class CompletionPrinter {
    /** A model may write any character, whatever the terminal's settings are. */
    private final PrintStream out =
            new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);

    private boolean first = true;

    /** Begins the text of a prompt; an empty line stands before each but the first. */
    void begin(String prompt) {
        add(first ? prompt : "\n" + prompt);
        first = false;
    }

    /** Adds a piece of the completion, at once. */
    void add(String piece) {
        out.print(piece);
        out.flush();
    }

    void end() {
        add("\n");
    }

    void printText(String prompt, Completion completion) {
        begin(prompt);
        add(completion.text());
        end();
    }

    void printJson(String prompt, Completion completion) {
        Buffer line = new Buffer();
        try (JsonWriter json = JsonWriter.of(line)) {
            json.beginObject();
            json.name("prompt").value(prompt);
            json.name("text").value(completion.text());
            json.name("tokens").value(completion.ids().size());
            json.name("finish_reason").value(completion.finishReason().name().toLowerCase(Locale.ROOT));
            json.endObject();
        } catch (IOException e) {
            throw new UncheckedIOException("Memory cannot fail to be written", e);
        }
        add(line.readUtf8() + "\n");
    }

    /** Whether nobody reads any more, as behind {@code | head}. */
    boolean isCutOff() {
        return out.checkError();
    }
}

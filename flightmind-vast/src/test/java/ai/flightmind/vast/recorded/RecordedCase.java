package ai.flightmind.vast.recorded;

import ai.flightmind.vast.json.Json;
import ai.flightmind.vast.json.JsonFields;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One call of the command line, and what it sent. */
record RecordedCase(String name, List<String> args, List<SentRequest> requests, JsonFields fields) {
    static List<RecordedCase> all() {
        try (InputStream in = RecordedCase.class.getResourceAsStream("/vast-requests.json")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            List<RecordedCase> cases = new ArrayList<>();
            for (Object row : (List<?>) Objects.requireNonNull(Json.read(text))) {
                JsonFields fields = JsonFields.of(row, "$[" + cases.size() + "]");
                cases.add(new RecordedCase(
                        Objects.requireNonNull(fields.text("name")),
                        fields.texts("cli_args"),
                        fields.objects("requests").stream()
                                .map(SentRequest::recorded)
                                .toList(),
                        fields));
            }
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The answers the recording server gave, in order, the last one again and again; empty for its usual ones. */
    List<?> script() {
        JsonFields fixture = fields.object("server_fixture");
        return fixture == null ? List.of() : fixture.list("script");
    }

    /** The instances the recording server had. */
    List<?> instances() {
        JsonFields fixture = fields.object("server_fixture");
        return fixture == null ? List.of() : fixture.list("instances");
    }

    /** The text of a file that lay beside the command; null if there was none of that name. */
    @Nullable
    String file(String name) {
        JsonFields files = fields.object("files");
        return files == null ? null : files.text(name);
    }

    String stdout() {
        String out = fields.text("stdout");
        return out == null ? "" : out.strip();
    }

    String stderr() {
        String err = fields.text("stderr");
        return err == null ? "" : err.strip();
    }

    @Override
    public String toString() {
        return name;
    }
}

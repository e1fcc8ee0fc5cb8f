package ai.flightmind.examples;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.json.Json;
import ai.flightmind.vast.json.JsonFields;
import ai.flightmind.vast.query.OfferQuery;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** The arguments recorded from {@code vastai search offers}: the same request, or a refusal where the command refuses. */
class RecordedArgumentsTest {
    @TestFactory
    Stream<DynamicTest> eachSearchAsksWhatTheCommandAsks() throws IOException {
        List<JsonFields> searches = searches();
        assertThat(searches).hasSize(80);
        return searches.stream()
                .map(recorded -> DynamicTest.dynamicTest(String.valueOf(recorded.text("name")), () -> check(recorded)));
    }

    private static void check(JsonFields recorded) {
        List<String> arguments = recorded.texts("cli_args");
        List<JsonFields> requests = recorded.objects("requests");
        List<OfferQuery> asked = new ArrayList<>();
        PrintStream aside = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        SearchOffers program = new SearchOffers(
                query -> {
                    asked.add(query);
                    return List.of();
                },
                aside,
                aside);

        int status =
                Commands.execute(program, arguments.subList(2, arguments.size()).toArray(String[]::new));

        if (requests.isEmpty()) {
            assertThat(status).isNotZero();
            assertThat(asked).isEmpty();
            return;
        }
        JsonFields request = requests.get(requests.size() - 1);
        assertThat(status).isZero();
        assertThat(asked).singleElement().satisfies(query -> {
            assertThat(query.method()).isEqualTo(request.text("method"));
            assertThat(query.path()).isEqualTo(request.text("path"));
            assertThat(plain(query.toBody())).isEqualTo(plain(request.asMap().get("body")));
        });
    }

    private static List<JsonFields> searches() throws IOException {
        try (InputStream in = RecordedArgumentsTest.class.getResourceAsStream("/vast-requests.json")) {
            String text = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
            List<JsonFields> searches = new ArrayList<>();
            for (Object row : (List<?>) Objects.requireNonNull(Json.read(text))) {
                JsonFields recorded = JsonFields.of(row, "$");
                List<String> arguments = recorded.texts("cli_args");
                if (arguments.get(0).equals("search")
                        && List.of("offers", "instances").contains(arguments.get(1))) {
                    searches.add(recorded);
                }
            }
            return searches;
        }
    }

    /** A number equals the text of that number: the command sends most of its numbers as texts. */
    private static @Nullable Object plain(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> plain = new LinkedHashMap<>();
            map.forEach((name, field) -> plain.put(String.valueOf(name), plain(field)));
            return plain;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> plain = new ArrayList<>();
            list.forEach(item -> plain.add(plain(item)));
            return plain;
        }
        try {
            return value instanceof Boolean || value == null ? value : Double.valueOf(value.toString());
        } catch (NumberFormatException e) {
            return value;
        }
    }
}

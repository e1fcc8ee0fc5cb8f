package ai.flightmind.vast.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.error.QueryException;
import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import okio.Okio;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The searches recorded from the real command line: we send what it sends and refuse what it refuses. */
class RecordedSearchesTest {
    /** What belongs to the command line and not to a query: {@code --raw} is about the output. */
    private static final Set<String> OUTPUT_OPTIONS = Set.of("--raw");

    @TestFactory
    Stream<DynamicTest> acceptedSearchesSendTheRecordedRequest() throws IOException {
        return searches().stream()
                .filter(recorded -> !requests(recorded).isEmpty())
                .map(recorded -> DynamicTest.dynamicTest(name(recorded), () -> {
                    Map<?, ?> request =
                            requests(recorded).get(requests(recorded).size() - 1);
                    OfferQuery query = OfferQuery.parse(line(recorded));

                    assertThat(query.method()).isEqualTo(field(request, "method"));
                    assertThat(query.path()).isEqualTo(field(request, "path"));
                    assertThat(sameJson(parse(query.toJson()), field(request, "body")))
                            .as("%s%nrecorded %s", query.toJson(), field(request, "body"))
                            .isTrue();
                    assertThat(OfferQuery.parse(query.toString())).isEqualTo(query);
                }));
    }

    @TestFactory
    Stream<DynamicTest> rejectedSearchesAreRejectedWithTheirPlace() throws IOException {
        return searches().stream()
                .filter(recorded -> requests(recorded).isEmpty())
                .map(recorded -> DynamicTest.dynamicTest(name(recorded), () -> {
                    String line = line(recorded);
                    assertThatThrownBy(() -> OfferQuery.parse(line))
                            .isInstanceOfSatisfying(
                                    QueryException.class,
                                    error -> assertThat(error.position()).isBetween(0, line.length()))
                            .hasMessageContaining("At position ")
                            .hasMessageContaining("^");
                }));
    }

    @Test
    void thereAreAsManyCasesAsWereRecorded() throws IOException {
        List<Map<?, ?>> searches = searches();

        assertThat(searches.stream().filter(recorded -> requests(recorded).isEmpty()))
                .hasSize(17);
        assertThat(searches.size()).isEqualTo(80);
    }

    /** A number of ours may stand where the command sends the same number as a string. */
    private static boolean sameJson(@Nullable Object ours, @Nullable Object recorded) {
        if (ours instanceof Map<?, ?> our && recorded instanceof Map<?, ?> their) {
            return our.keySet().equals(their.keySet())
                    && our.keySet().stream().allMatch(key -> sameJson(our.get(key), their.get(key)));
        } else if (ours instanceof List<?> our && recorded instanceof List<?> their) {
            boolean same = our.size() == their.size();
            for (int i = 0; same && i < our.size(); i++) {
                same = sameJson(our.get(i), their.get(i));
            }
            return same;
        } else if (ours instanceof Double && (recorded instanceof String || recorded instanceof Double)) {
            return new BigDecimal(recorded.toString()).compareTo(new BigDecimal(ours.toString())) == 0;
        }
        return ours == null ? recorded == null : ours.equals(recorded);
    }

    private static List<Map<?, ?>> searches() throws IOException {
        try (InputStream file = RecordedSearchesTest.class.getResourceAsStream("/vast-requests.json");
                JsonReader reader = JsonReader.of(Okio.buffer(Okio.source(file)))) {
            List<Map<?, ?>> searches = new ArrayList<>();
            for (Object recorded : (List<?>) Objects.requireNonNull(reader.readJsonValue())) {
                Map<?, ?> entry = (Map<?, ?>) recorded;
                List<?> arguments = (List<?>) field(entry, "cli_args");
                if (arguments.size() >= 2
                        && arguments.get(0).equals("search")
                        && (arguments.get(1).equals("offers")
                                || arguments.get(1).equals("instances"))) {
                    searches.add(entry);
                }
            }
            return searches;
        }
    }

    private static @Nullable Object parse(String json) throws IOException {
        try (JsonReader reader = JsonReader.of(new okio.Buffer().writeUtf8(json))) {
            return reader.readJsonValue();
        }
    }

    private static Object field(Map<?, ?> object, String name) {
        return Objects.requireNonNull(object.get(name), name);
    }

    private static String name(Map<?, ?> recorded) {
        return field(recorded, "name").toString();
    }

    private static List<Map<?, ?>> requests(Map<?, ?> recorded) {
        return ((List<?>) field(recorded, "requests"))
                .stream().<Map<?, ?>>map(one -> (Map<?, ?>) one).toList();
    }

    /** The query first, as the command has it, then the options with their values in quotes. */
    private static String line(Map<?, ?> recorded) {
        List<String> query = new ArrayList<>();
        List<String> options = new ArrayList<>();
        List<String> arguments = ((List<?>) field(recorded, "cli_args"))
                .stream().skip(2).map(Object::toString).collect(Collectors.toCollection(ArrayList::new));
        arguments.removeAll(OUTPUT_OPTIONS);
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith("-")) {
                query.add(argument);
            } else if (Set.of("-t", "--type", "-o", "--limit", "--storage").contains(argument)) {
                options.add(argument + " '" + arguments.get(++i) + "'");
            } else {
                options.add(argument);
            }
        }
        return String.join(" ", query) + " " + String.join(" ", options);
    }
}

package ai.flightmind.examples.aviation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class RadioExchangeTest {
    private static final List<String> EXCHANGES =
            AviationCorpus.of(21).exchanges(1_000).toList();
    private static final Pattern NUMBER = Pattern.compile("[0-9]+(\\.[0-9]+)?[LCR]?");
    private static final Pattern UNIT = Pattern.compile("(DELIVERY|GROUND|TOWER|APPROACH|CENTER): .*");

    @Test
    void readbackRepeatsEveryNumberOfTheClearance() {
        int readbacks = 0;
        for (String exchange : EXCHANGES) {
            String[] lines = exchange.split("\n", -1);
            for (int i = 0; i + 1 < lines.length; i++) {
                // the wind and what else is for information stand in a sentence of their own
                String clearance = lines[i].split("\\. ", 2)[0];
                if (UNIT.matcher(clearance).matches() && !isInformation(clearance)) {
                    assertThat(numbers(withoutSpeaker(lines[i + 1])))
                            .as(exchange)
                            .containsAll(numbers(withoutSpeaker(clearance)));
                    readbacks++;
                }
            }
        }
        assertThat(readbacks).isGreaterThan(1_500);
    }

    @Test
    void aircraftEndsItsReadbackWithItsCallsign() {
        assertThat(EXCHANGES.stream().filter(exchange -> exchange.contains("CLEARED TO LAND")))
                .isNotEmpty()
                .allSatisfy(exchange -> {
                    String[] lines = exchange.split("\n", -1);
                    String callsign = lines[0].substring(0, lines[0].indexOf(':'));
                    assertThat(Arrays.stream(lines)
                                    .filter(line -> line.contains(": RUNWAY") && line.contains("CLEARED TO LAND")))
                            .hasSize(1)
                            .allMatch(line -> line.endsWith(", " + callsign + "."));
                });
    }

    @Test
    void squawkIsFourOctalDigits() {
        assertThat(EXCHANGES.stream()
                        .flatMap(exchange -> Pattern.compile("SQUAWK (\\w+)")
                                .matcher(exchange)
                                .results())
                        .map(squawk -> squawk.group(1)))
                .isNotEmpty()
                .allMatch(squawk -> squawk.matches("[0-7]{4}"));
    }

    @Test
    void runwayInUseLiesIntoTheWind() {
        Station frankfurt = new Station("EDDF", "FRANKFURT", "D-E", 11, 10, false, List.of("07C", "25C"));

        assertThat(frankfurt.runwayInto(240)).isEqualTo("25C");
        assertThat(frankfurt.runwayInto(20)).isEqualTo("07C");
        assertThat(frankfurt.runwayInto(350)).isEqualTo("07C");
    }

    private static boolean isInformation(String line) {
        return line.endsWith("READBACK CORRECT.") || line.endsWith("RADAR CONTACT.");
    }

    private static String withoutSpeaker(String line) {
        return line.substring(line.indexOf(':') + 1);
    }

    private static List<String> numbers(String text) {
        return NUMBER.matcher(text).results().map(MatchResult::group).toList();
    }
}

package ai.flightmind.examples.aviation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class AviationCorpusTest {
    private static final AviationCorpus CORPUS = AviationCorpus.of(1);
    private static final Pattern RADIO_LINE = Pattern.compile("[A-Z0-9 '-]+: [A-Z0-9 .,'-]+\\.");

    @Test
    void sameSeedSameCorpus() {
        assertThat(AviationCorpus.of(7).documents(500)).containsExactlyElementsOf(documents(7, 500));
    }

    @Test
    void otherSeedOtherCorpus() {
        assertThat(documents(7, 500)).doesNotContainAnyElementsOf(documents(8, 500));
    }

    /** Holds the bytes across machines and Java versions, and shows when a change alters the corpus. */
    @Test
    void firstDocumentsOfSeedOneAreTheseForEver() {
        assertThat(String.join("\n", documents(1, 1_000)).hashCode()).isEqualTo(-996529998);
    }

    @Test
    void longerCorpusBeginsWithShorter() {
        assertThat(documents(3, 200).subList(0, 50)).isEqualTo(documents(3, 50));
    }

    @Test
    void everyByteIsPrintableAsciiOrLineEnd() {
        assertThat(CORPUS.documents(2_000))
                .allMatch(document ->
                        document.chars().allMatch(letter -> letter == '\n' || (letter >= ' ' && letter <= '~')));
    }

    @Test
    void documentHasNoBlankLinesAndNoLooseBlanks() {
        assertThat(CORPUS.documents(2_000).flatMap(document -> List.of(document.split("\n", -1)).stream()))
                .allMatch(line -> !line.isBlank() && line.strip().equals(line) && !line.contains("  "));
    }

    @Test
    void aboutOneDocumentInSevenIsAnExchange() {
        long exchanges = CORPUS.documents(2_000)
                .filter(document -> !document.startsWith("METAR "))
                .count();

        assertThat(exchanges).isBetween(250L, 350L);
    }

    @Test
    void metarIsOneLineBeginningWithMetar() {
        assertThat(CORPUS.metars(500)).allMatch(metar -> metar.startsWith("METAR ") && !metar.contains("\n"));
    }

    @Test
    void exchangeLineSaysWhoSpeaks() {
        assertThat(CORPUS.exchanges(500).flatMap(String::lines)).allMatch(RADIO_LINE.asMatchPredicate());
    }

    @Test
    void hardlyAnyMetarComesTwice() {
        assertThat(CORPUS.metars(2_000).distinct().count()).isGreaterThan(1_980);
    }

    @Test
    void hardlyAnyExchangeComesTwice() {
        assertThat(CORPUS.exchanges(2_000).distinct().count()).isGreaterThan(1_980);
    }

    @Test
    void negativeCountIsRefused() {
        assertThatThrownBy(() -> CORPUS.documents(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1");
    }

    private static List<String> documents(long seed, int count) {
        return AviationCorpus.of(seed).documents(count).toList();
    }
}

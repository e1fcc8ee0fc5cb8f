package ai.flightmind.examples.aviation;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.mivek.model.Metar;
import io.github.mivek.parser.MetarParser;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whether the weather in the reports hangs together and every kind of it comes up. */
class ComposedMetarTest {
    private static final List<String> METARS =
            AviationCorpus.of(11).metars(4_000).toList();
    private static final Pattern TENTHS = Pattern.compile(" T([01])(\\d{3})([01])(\\d{3})$");

    @ParameterizedTest
    @ValueSource(
            strings = {
                " AUTO ",
                " COR ",
                " VRB0",
                " 00000KT ",
                "\\dG\\d\\dKT ",
                " \\d{3}V\\d{3} ",
                " 9999 ",
                " CAVOK ",
                " 10SM ",
                " 1 1/2SM ",
                " R\\d\\d[LCR]?/",
                " FG ",
                " FZFG ",
                " \\+TSRA",
                " VCTS ",
                " -SN ",
                " BLDU ",
                "CB ",
                "TCU ",
                " SKC ",
                " NSC ",
                " VV00",
                " M\\d\\d/M",
                " Q0",
                " A2",
                " NOSIG$",
                " TEMPO ",
                " BECMG ",
                " RMK AO2 "
            })
    void everyKindOfGroupComesUp(String group) {
        assertThat(METARS).anyMatch(Pattern.compile(group).asPredicate());
    }

    @Test
    void stationsAreKnownToTheParserAndAllInUse() {
        assertThat(METARS.stream().map(metar -> decode(metar).getStation()).distinct())
                .hasSameSizeAs(Stations.ALL);
    }

    @Test
    void fogIsNearSaturation() {
        assertThat(matching("[ Z]FG ")).allSatisfy(metar -> {
            Metar decoded = decode(metar);
            assertThat(decoded.getTemperature() - decoded.getDewPoint()).isBetween(0, 1);
        });
    }

    @Test
    void snowFallsInTheColdAndThunderIsWarm() {
        assertThat(matching(" [-+]?(SH)?SN ")).allMatch(metar -> decode(metar).getTemperature() <= 1);
        assertThat(matching("TSRA.* Q")).allMatch(metar -> decode(metar).getTemperature() >= 12);
    }

    @Test
    void freezingRainFallsBelowZero() {
        assertThat(matching(" [-+]?FZ(RA|DZ|FG) "))
                .allMatch(metar -> decode(metar).getTemperature() <= 0);
    }

    @Test
    void tenthsInRemarksAgreeWithTheBody() {
        assertThat(matching("RMK")).allSatisfy(metar -> {
            Matcher tenths = TENTHS.matcher(metar);
            assertThat(tenths.find()).isTrue();
            Metar decoded = decode(metar);
            assertThat(celsius(tenths.group(1), tenths.group(2)) - decoded.getTemperature())
                    .isBetween(-0.51, 0.5);
            assertThat(celsius(tenths.group(3), tenths.group(4)) - decoded.getDewPoint())
                    .isBetween(-0.51, 0.5);
        });
    }

    @Test
    void milesAndInchesAreForAmericaOnly() {
        assertThat(METARS)
                .allMatch(metar -> metar.contains("SM ")
                        == Pattern.compile(" A\\d{4}").matcher(metar).find())
                .noneMatch(metar -> metar.contains("CAVOK") && metar.contains(" A2"));
    }

    private static Stream<String> matching(String pattern) {
        return METARS.stream().filter(Pattern.compile(pattern).asPredicate()).filter(metar -> !metar.contains("TEMPO"));
    }

    private static Metar decode(String metar) {
        return MetarParser.getInstance().parse(metar.replaceFirst("^METAR (COR )?", ""));
    }

    private static double celsius(String sign, String tenths) {
        return Integer.parseInt(tenths) / 10.0 * (sign.equals("1") ? -1 : 1);
    }
}

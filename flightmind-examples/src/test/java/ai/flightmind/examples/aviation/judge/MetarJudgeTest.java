package ai.flightmind.examples.aviation.judge;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.examples.aviation.AviationCorpus;
import ai.flightmind.examples.aviation.judge.MetarJudge.Verdict;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MetarJudgeTest {
    private static final String SOUND = "METAR EDDF 121250Z 27010KT 9999 FEW020 BKN040 12/08 Q1013 NOSIG";

    private final MetarJudge judge = new MetarJudge();

    @ParameterizedTest
    @ValueSource(
            strings = {
                SOUND,
                "METAR COR LFPG 121230Z VRB02KT 0300 R26L/0550U FZFG VV001 M00/M01 Q1031 BECMG FM1330 0800",
                "METAR EGLL 311220Z AUTO 00000KT CAVOK 31/M02 Q0998",
                "METAR OMDB 010000Z 34025G38KT 310V010 1500 0800NE BLDU NSC 38/04 Q0997 TEMPO 0800 BECMG AT0130 CAVOK",
                "METAR KJFK 121251Z 27010G20KT 240V300 1 1/2SM R04R/3000V5000FT -RA BR OVC004 10/09 A2992 RMK AO2",
                "METAR KDEN 121253Z COR 00000KT 10SM SKC M12/M20 A3041 RMK AO2 SLP330 T11171200",
                "METAR KMIA 121253Z 12006KT 1/2SM +TSRAGR BKN030CB OVC080 25/24 A2988",
            })
    void soundReportIsAccepted(String report) {
        assertThat(judge.judge(report)).isEqualTo(new Verdict(true, "accepted"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "EDDF      | DEDF          | the parser knows no station DEDF",
                "EDDF      | edd           | does not begin with METAR, a station",
                "METAR     | TAF           | does not begin with METAR",
                "121250Z   | 122750Z       | no day has an hour 27",
                "121250Z   | 321250Z       | no month has a day 32",
                "121250Z   | 001250Z       | no month has a day 0",
                "121250Z   | 121260Z       | no hour has a minute 60",
                "121250Z   | 12125Z        | a time such as 121250Z",
                "' 27010KT'| ''            | the wind is missing",
                "27010KT   | 27010TK       | group 27010TK is not understood",
                "27010KT   | 27010KTX      | group 27010KTX is not understood",
                "27010KT   | 37010KT       | wind from 370 degrees",
                "27010KT   | 00010KT       | only a calm has no direction",
                "27010KT   | 27010G08KT    | gusts of 8 are not above the mean wind",
                "27010KT   | 27010KT 28010KT | group 28010KT is one too many",
                "27010KT   | 27010KT 240V370 | the wind swings beyond 360",
                "' 9999'   | ''            | the visibility is missing",
                "9999      | 99999         | group 99999 is not understood",
                "9999      | CAVOK 9999    | CAVOK stands beside",
                "9999      | 9999 XXRAYY   | group XXRAYY is not understood",
                "9999      | 9999 TSRAGR   | the parser read 0 of 1 groups of weather",
                "FEW020    | FWE020        | group FWE020 is not understood",
                "FEW020    | FEW060        | a cloud at 4000 ft is given above one at 6000 ft",
                "FEW020 BKN040 | CLR       | group CLR is not understood",
                "BKN040    | VV002         | the sky is given in two ways",
                "' 12/08'  | ''            | the temperature is missing",
                "12/08     | 08/12         | the dew point 12 is above the temperature 8",
                "12/08     | 12/           | group 12/ is not understood",
                "12/08     | 71/08         | a temperature of 71 degrees",
                "' Q1013'  | ''            | the pressure is missing",
                "Q1013     | Q0113         | a pressure of 113 hPa",
                "Q1013     | Q1013 A2992   | group A2992 is one too many",
                "12/08 Q1013 | Q1013 12/08 | group 12/08 is out of order",
                "NOSIG     | NOSIG 9999    | group 9999 comes after NOSIG",
                "NOSIG     | TEMPO         | a change in the trend says nothing",
                "NOSIG     | TEMPO NSW     | group NSW is not understood",
                "NOSIG     | BECMG 10/05   | the temperature stands in the trend",
                "NOSIG     | BECMG FM2561 CAVOK | group FM2561 is not understood",
                "'KT 9'    | 'KT  9'       | a blank stands beside another",
                "9999      | 99\u00e999    | not printable ASCII",
            })
    void damagedReportIsRefusedWithTheReason(String whole, String damaged, String reason) {
        String report = SOUND.replace(bare(whole), bare(damaged));

        Verdict verdict = judge.judge(report);

        assertThat(verdict.accepted()).as(report).isFalse();
        assertThat(verdict.reason()).contains(reason);
    }

    @Test
    void emptyTextIsRefused() {
        assertThat(judge.judge("").accepted()).isFalse();
    }

    @Test
    void composedReportsAreAccepted() {
        List<String> refused = AviationCorpus.of(42)
                .metars(2_000)
                .filter(report -> !judge.judge(report).accepted())
                .map(report -> report + " <- " + judge.judge(report).reason())
                .toList();

        assertThat(refused).isEmpty();
    }

    /** Now and then the noise falls on a digit or turns one into another; mostly it does not. */
    @Test
    void byteNoiseIsMostlyRefusedAndNeverFailsTheJudge() {
        Random random = new Random(5);
        long accepted = AviationCorpus.of(43)
                .metars(1_000)
                .map(report -> withNoise(report, random))
                .filter(report -> judge.judge(report).accepted())
                .count();

        assertThat(accepted).isLessThan(50);
    }

    private static String withNoise(String report, Random random) {
        StringBuilder noisy = new StringBuilder(report.replaceFirst(" RMK.*", ""));
        for (int i = 0; i < 5; i++) {
            noisy.setCharAt(random.nextInt(noisy.length()), (char) random.nextInt(256));
        }
        return noisy.toString();
    }

    /** Cells are trimmed; those with blanks that count stand in apostrophes. */
    private static String bare(String cell) {
        return cell.replace("'", "");
    }
}

package ai.flightmind.vast.query;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.error.QueryException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Queries that nobody would write: each is read, or refused by a typed error, and what is read is written back. */
class RandomQueriesTest {
    private static final int QUERIES = 100_000;
    private static final String LETTERS = "abz_AZ019.,\"'[]{}<>=!-+*?:/\\ \t\nü€\u0000\uD83D";
    private static final List<String> PIECES = List.of(
            "gpu_name",
            "num_gpus",
            "gpu_ram",
            "duration",
            "driver_version",
            "verified",
            "external",
            "rentable",
            "dph",
            "foo",
            "cuda_vers",
            "reliability",
            "geolocation",
            "cluster_id",
            "cpu_ram",
            "order",
            "=",
            "==",
            "!=",
            ">",
            ">=",
            "<",
            "<=",
            "=>",
            " in ",
            " notin ",
            " not in ",
            " nin ",
            " eq ",
            " neq ",
            " lte ",
            " gt ",
            " noteq ",
            " ",
            "  ",
            ",",
            "[",
            "]",
            "[]",
            "\"",
            "\"\"",
            "RTX_4090",
            "\"RTX 4090\"",
            "[US,CA]",
            "[\"RTX 4090\", H100_SXM]",
            "4",
            "0.95",
            "80000",
            "1e400",
            "-1",
            "1e-300",
            ".5",
            "5.",
            "9007199254740993",
            "535.86.05",
            "535.86",
            "0.0.0",
            "550",
            "true",
            "False",
            "None",
            "any",
            "*",
            "?",
            "-t bid",
            "-t",
            "-o dph",
            "-o \"\"",
            "-o score-,dph",
            "--limit 3",
            "--limit x",
            "--storage=200",
            "--storage NaN",
            "-n",
            "--new",
            "-i",
            "--type=spot",
            "7",
            "\n",
            "'");

    @Test
    void everyRandomQueryIsReadAndWrittenBackOrRefused() {
        Random random = new Random(20_261_124);
        int read = 0;
        for (int i = 0; i < QUERIES; i++) {
            String text = i % 4 == 0 ? noise(random) : i % 4 == 1 ? pieces(random) : terms(random);
            try {
                OfferQuery query = OfferQuery.parse(text);
                OfferQuery again = OfferQuery.parse(query.toString());
                assertThat(again).as("of <%s>, written <%s>", text, query).isEqualTo(query);
                assertThat(again.toJson()).isEqualTo(query.toJson());
                assertThat(again).hasToString(query.toString());
                assertThat(query.toBuilder().build()).isEqualTo(query);
                assertThat(query.warnings()).doesNotContainNull();
                read++;
            } catch (QueryException refused) {
                assertThat(refused.position()).isBetween(0, text.length());
            }
        }
        assertThat(read).isBetween(QUERIES / 10, QUERIES * 9 / 10);
    }

    private static String noise(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(30); length > 0; length--) {
            text.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return text.toString();
    }

    private static String pieces(Random random) {
        StringBuilder text = new StringBuilder();
        for (int length = random.nextInt(12); length > 0; length--) {
            text.append(one(random));
        }
        return text.toString();
    }

    private static String one(Random random) {
        return PIECES.get(random.nextInt(PIECES.size()));
    }

    private static String terms(Random random) {
        List<String> operators = List.of("=", "!=", ">", ">=", "<", "<=", " in ", " notin ", "=", "=");
        List<OfferField<?>> fields = List.copyOf(OfferField.all());
        List<String> terms = new ArrayList<>();
        for (int count = random.nextInt(4); count >= 0; count--) {
            String field = random.nextInt(3) == 0
                    ? PIECES.get(random.nextInt(15))
                    : fields.get(random.nextInt(fields.size())).name();
            String value = switch (random.nextInt(6)) {
                case 0 -> one(random);
                case 1 -> String.valueOf(random.nextInt(100_000));
                case 2 -> String.valueOf(random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20));
                case 3 -> "[" + one(random) + "," + one(random) + "]";
                case 4 -> "\"" + noise(random) + "\"";
                default -> String.valueOf(random.nextInt(1_000) / 10.0);
            };
            terms.add(field + operators.get(random.nextInt(operators.size())) + value);
        }
        return String.join(" ", terms);
    }
}

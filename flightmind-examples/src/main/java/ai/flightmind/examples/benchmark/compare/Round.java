package ai.flightmind.examples.benchmark.compare;

import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.util.Map;

/** What came of one run of a variant. */
sealed interface Round {
    /**
     * It ended well.
     *
     * @param json all figures
     * @param tokensPerSecond of the median step
     * @param overallTokensPerSecond of all steps together
     */
    record Measured(String json, double tokensPerSecond, double overallTokensPerSecond) implements Round {
        static Measured of(String json) throws IOException {
            if (new Moshi.Builder().build().adapter(Object.class).fromJson(json) instanceof Map<?, ?> figures
                    && figures.get("tokens_per_second") instanceof Map<?, ?> spread
                    && spread.get("median") instanceof Number median
                    && figures.get("overall_tokens_per_second") instanceof Number overall) {
                return new Measured(json, median.doubleValue(), overall.doubleValue());
            }
            throw new IOException("A variant's figures do not say how fast it was: " + json);
        }
    }

    /**
     * It did not.
     *
     * @param output all that it printed
     */
    record Failed(int status, String output) implements Round {}
}

package ai.flightmind.vast.watch;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.json.Json;
import ai.flightmind.vast.json.JsonFields;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A line of {@code metrics.jsonl}, which the trainer writes after each step. What is not finite, or not there, is empty.
 *
 * @param step from 0
 * @param tokens trained on since the first step
 */
public record MetricsLine(
        long step,
        OptionalDouble loss,
        OptionalDouble validationLoss,
        OptionalDouble learningRate,
        OptionalDouble gradientNorm,
        OptionalDouble tokensPerSecond,
        OptionalLong tokens,
        OptionalDouble flopsUtilisation) {

    /** Empty for a line that is not one, as one that is not written to its end. */
    public static Optional<MetricsLine> parse(String line) {
        try {
            if (!(Json.read(line) instanceof Map<?, ?> map)) {
                return Optional.empty();
            }
            JsonFields json = JsonFields.of(map, "$");
            Long step = json.whole("step");
            if (step == null || step < 0) {
                return Optional.empty();
            }
            Long tokens = json.whole("tokens");
            return Optional.of(new MetricsLine(
                    step,
                    number(json, "loss"),
                    number(json, "val_loss"),
                    number(json, "lr"),
                    number(json, "grad_norm"),
                    number(json, "tokens_per_second"),
                    tokens == null ? OptionalLong.empty() : OptionalLong.of(tokens),
                    number(json, "mfu")));
        } catch (DataException e) {
            return Optional.empty();
        }
    }

    private static OptionalDouble number(JsonFields json, String name) {
        @Nullable Double value = json.number(name);
        return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
    }
}

package ai.flightmind.train.tensorboard;

import java.util.Map;
import java.util.function.Consumer;

/**
 * A run's row in the table of TensorBoard's HParams plugin, as its {@code plugin_data.proto} and {@code api.proto} define
 * it.
 */
final class Hyperparameters {
    static final String PLUGIN = "hparams";
    static final String EXPERIMENT_TAG = "_hparams_/experiment";
    static final String START_TAG = "_hparams_/session_start_info";
    static final String END_TAG = "_hparams_/session_end_info";

    private static final int TYPE_STRING = 1;
    private static final int TYPE_FLOAT64 = 3;
    private static final int STATUS_SUCCESS = 1;

    private Hyperparameters() {}

    /** The table's columns. */
    static Message experiment(Map<String, String> values, Map<String, String> metrics, double now) {
        return Message.of(data -> data.message(2, experiment -> {
            experiment.number(3, now);
            values.forEach((name, value) -> experiment.message(
                    4, info -> info.text(1, name).whole(4, isNumber(value) ? TYPE_FLOAT64 : TYPE_STRING)));
            metrics.forEach((tag, title) -> experiment.message(
                    5, info -> info.message(1, name -> name.text(2, tag)).text(3, title)));
        }));
    }

    static Message start(Map<String, String> values, double now) {
        return Message.of(data -> data.message(3, start -> {
            values.forEach((name, value) ->
                    start.message(1, entry -> entry.text(1, name).message(2, jsonValue(value))));
            start.number(5, now);
        }));
    }

    static Message completed(double now) {
        return Message.of(
                data -> data.message(4, end -> end.whole(1, STATUS_SUCCESS).number(2, now)));
    }

    private static Consumer<Message> jsonValue(String value) {
        return isNumber(value) ? json -> json.number(2, Double.parseDouble(value)) : json -> json.text(3, value);
    }

    private static boolean isNumber(String value) {
        return value.matches("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");
    }
}

package ai.flightmind.train.evaluation;

import com.squareup.moshi.JsonWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.OptionalDouble;
import okio.Buffer;

/** A report for programs. */
final class ReportJson {
    private final JsonWriter json;

    private ReportJson(JsonWriter json) {
        this.json = json;
    }

    static String of(EvaluationReport report) {
        Buffer buffer = new Buffer();
        try (JsonWriter json = JsonWriter.of(buffer)) {
            json.setIndent("  ");
            json.setSerializeNulls(true);
            new ReportJson(json).write(report);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return buffer.readUtf8() + "\n";
    }

    private void write(EvaluationReport report) throws IOException {
        json.beginObject();
        json.name("title").value(report.title());
        json.name("settings").beginObject();
        for (Map.Entry<String, String> setting : report.settings().entrySet()) {
            json.name(setting.getKey()).value(setting.getValue());
        }
        json.endObject();
        json.name("perplexity").beginArray();
        for (Perplexity each : report.perplexities()) {
            write(each);
        }
        json.endArray();
        json.name("multiple_choice").beginArray();
        for (MultipleChoice each : report.multipleChoices()) {
            write(each);
        }
        json.endArray();
        json.name("continuations").beginArray();
        for (EvaluationReport.Continuation each : report.continuations()) {
            json.beginObject();
            json.name("prompt").value(each.prompt());
            json.name("text").value(each.text());
            json.endObject();
        }
        json.endArray();
        json.endObject();
    }

    private void write(Perplexity perplexity) throws IOException {
        json.beginObject();
        json.name("domain").value(perplexity.domain());
        json.name("tokens").value(perplexity.tokens());
        json.name("bytes").value(perplexity.bytes());
        json.name("words").value(perplexity.words());
        number("nats", perplexity.nats());
        number("loss", perplexity.loss());
        number("perplexity", perplexity.perToken());
        number("word_perplexity", perplexity.perWord());
        number("byte_perplexity", perplexity.perByte());
        number("bits_per_byte", perplexity.bitsPerByte());
        json.endObject();
    }

    private void write(MultipleChoice choice) throws IOException {
        json.beginObject();
        json.name("name").value(choice.name());
        json.name("questions").value(choice.questions());
        accuracy("acc", choice.acc());
        accuracy("acc_norm", choice.accNorm());
        accuracy("acc_bytes", choice.accBytes());
        json.endObject();
    }

    private void accuracy(String name, MultipleChoice.Accuracy accuracy) throws IOException {
        number(name, accuracy.share());
        number(name + "_stderr", accuracy.standardError());
    }

    private void number(String name, OptionalDouble value) throws IOException {
        number(name, value.orElse(Double.NaN));
    }

    private void number(String name, double value) throws IOException {
        json.name(name);
        if (Double.isFinite(value)) {
            json.value(value);
        } else {
            json.nullValue();
        }
    }
}

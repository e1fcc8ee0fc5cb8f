package ai.flightmind.train.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** A report's numbers as cells of text, for whatever draws tables. */
final class ReportRows {
    static final List<String> PERPLEXITY_HEAD =
            List.of("domain", "tokens", "bytes", "words", "loss", "ppl/token", "ppl/word", "ppl/byte", "bits/byte");
    static final List<String> CHOICE_HEAD = List.of("questions", "number", "acc", "acc_norm", "acc_bytes");

    private ReportRows() {}

    /** A row for each domain and, if there are several, one for all. */
    static List<List<String>> perplexities(EvaluationReport report) {
        List<Perplexity> all = new ArrayList<>(report.perplexities());
        if (all.size() > 1) {
            all.add(Perplexity.of("all", report.perplexities()));
        }
        return all.stream().map(ReportRows::row).toList();
    }

    private static List<String> row(Perplexity perplexity) {
        return List.of(
                perplexity.domain(),
                count(perplexity.tokens()),
                perplexity.bytes() == 0 ? "" : count(perplexity.bytes()),
                perplexity.bytes() == 0 ? "" : count(perplexity.words()),
                format("%.4f", perplexity.loss()),
                number(OptionalDouble.of(perplexity.perToken())),
                number(perplexity.perWord()),
                number(perplexity.perByte()),
                perplexity.bitsPerByte().isPresent()
                        ? format("%.4f", perplexity.bitsPerByte().getAsDouble())
                        : "");
    }

    /** A row for each set of questions. */
    static List<List<String>> multipleChoices(EvaluationReport report) {
        return report.multipleChoices().stream()
                .map(each -> List.of(
                        each.name(),
                        count(each.questions()),
                        accuracy(each.acc()),
                        accuracy(each.accNorm()),
                        accuracy(each.accBytes())))
                .toList();
    }

    private static String accuracy(MultipleChoice.Accuracy accuracy) {
        return format("%.4f", accuracy.share())
                + (Double.isNaN(accuracy.standardError()) ? "" : format(" ± %.4f", accuracy.standardError()));
    }

    private static String count(long count) {
        return format("%,d", count);
    }

    /** Perplexities per word of a bad model have many digits. */
    private static String number(OptionalDouble value) {
        if (value.isEmpty()) {
            return "";
        }
        double number = value.getAsDouble();
        return format(number < 1e7 ? "%,.3f" : "%.3e", number);
    }

    private static String format(String format, Object value) {
        return String.format(Locale.ROOT, format, value);
    }
}

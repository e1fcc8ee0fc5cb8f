package ai.flightmind.train.evaluation;

import java.util.List;

/** A report for a terminal. */
final class ReportText {
    private static final String GAP = "  ";

    private ReportText() {}

    static String of(EvaluationReport report) {
        StringBuilder text = new StringBuilder(report.title()).append('\n');
        if (!report.perplexities().isEmpty()) {
            table(text, ReportRows.PERPLEXITY_HEAD, ReportRows.perplexities(report));
        }
        if (!report.multipleChoices().isEmpty()) {
            table(text, ReportRows.CHOICE_HEAD, ReportRows.multipleChoices(report));
        }
        for (EvaluationReport.Continuation each : report.continuations()) {
            text.append("\n> ")
                    .append(each.prompt())
                    .append('\n')
                    .append(each.text())
                    .append('\n');
        }
        return text.toString();
    }

    /** Names to the left, numbers to the right. */
    private static void table(StringBuilder text, List<String> head, List<List<String>> rows) {
        int[] widths = new int[head.size()];
        for (int column = 0; column < widths.length; column++) {
            widths[column] = head.get(column).length();
            for (List<String> row : rows) {
                widths[column] = Math.max(widths[column], row.get(column).length());
            }
        }
        text.append('\n');
        line(text, head, widths);
        rows.forEach(row -> line(text, row, widths));
    }

    private static void line(StringBuilder text, List<String> row, int[] widths) {
        String name = row.get(0);
        text.append(name).append(" ".repeat(widths[0] - name.length()));
        for (int column = 1; column < widths.length; column++) {
            String cell = row.get(column);
            text.append(GAP).append(" ".repeat(widths[column] - cell.length())).append(cell);
        }
        text.append('\n');
    }
}

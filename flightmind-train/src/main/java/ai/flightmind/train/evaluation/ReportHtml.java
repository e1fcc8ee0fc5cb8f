package ai.flightmind.train.evaluation;

import ai.flightmind.train.report.HtmlPage;
import java.util.List;

/** A report on a page. */
final class ReportHtml {
    private ReportHtml() {}

    static String of(EvaluationReport report) {
        HtmlPage page = new HtmlPage(report.title());
        if (!report.perplexities().isEmpty()) {
            page.table("Perplexity", ReportRows.PERPLEXITY_HEAD, ReportRows.perplexities(report));
        }
        if (!report.multipleChoices().isEmpty()) {
            page.table("Multiple choice", ReportRows.CHOICE_HEAD, ReportRows.multipleChoices(report));
        }
        if (!report.continuations().isEmpty()) {
            page.written(
                    "What the model wrote",
                    report.continuations().stream()
                            .map(each -> new HtmlPage.Written(each.prompt(), each.text()))
                            .toList());
        }
        page.table(
                "Measured with",
                List.of(),
                report.settings().entrySet().stream()
                        .map(setting -> List.of(setting.getKey(), setting.getValue()))
                        .toList());
        return page.html();
    }
}

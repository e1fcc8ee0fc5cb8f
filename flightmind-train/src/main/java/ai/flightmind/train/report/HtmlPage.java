package ai.flightmind.train.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;

/** A page in one file, which opens without a network: a title, and sections below it. Not thread-safe. */
public final class HtmlPage {
    private final String title;
    private final StringBuilder content = new StringBuilder();

    /** @param title text, as all that a page is given */
    public HtmlPage(String title) {
        this.title = title;
    }

    /** What a model wrote. */
    public record Written(String prompt, String text) {}

    /**
     * Adds a section with a table.
     *
     * @param head the titles of its columns; none for a table without
     * @param rows as many cells each
     */
    public HtmlPage table(String name, List<String> head, List<List<String>> rows) {
        List<List<String>> escaped = rows.stream()
                .map(row -> row.stream().map(Html::escape).toList())
                .toList();
        return add(Html.section(name, Html.table(head, escaped)));
    }

    /** Adds a section with texts, each behind its prompt. */
    public HtmlPage written(String name, List<Written> texts) {
        List<List<String>> rows = texts.stream()
                .map(each -> List.of(Html.written(each.prompt(), each.text())))
                .toList();
        return add(Html.section(name, Html.table(List.of("prompt and text"), rows)));
    }

    HtmlPage add(String html) {
        content.append(html);
        return this;
    }

    /** The whole page. */
    public String html() {
        return "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                + "<meta name=\"viewport\" content=\"width=device-width\">\n<title>" + Html.escape(title)
                + "</title>\n<style>\n" + style() + "</style>\n</head>\n<body><main>\n"
                + "<h1>" + Html.escape(title) + "</h1>\n" + content
                + "<footer>FlightMind</footer>\n</main></body>\n</html>\n";
    }

    private static String style() {
        try (InputStream css = Objects.requireNonNull(HtmlPage.class.getResourceAsStream("report.css"))) {
            return new String(css.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

package ai.flightmind.examples.notebook;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** A table as HTML. What is null or empty is left blank. Not thread-safe. */
final class HtmlTable {
    private final List<String> titles;
    private final List<List<String>> rows = new ArrayList<>();

    private HtmlTable(List<String> titles) {
        this.titles = titles;
    }

    static HtmlTable of(String... titles) {
        return new HtmlTable(List.of(titles));
    }

    /** Without titles: names at the left, values at the right. */
    static HtmlTable ofFacts() {
        return new HtmlTable(List.of());
    }

    HtmlTable row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    /** A fact, if it is known. */
    HtmlTable fact(String name, String value) {
        return value.isEmpty() ? this : row(name, value);
    }

    static String format(String format, @Nullable Object value) {
        return value == null ? "" : String.format(Locale.ROOT, format, value);
    }

    static String format(String format, OptionalDouble value) {
        return value.isEmpty() ? "" : String.format(Locale.ROOT, format, value.getAsDouble());
    }

    static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    @Override
    public String toString() {
        StringBuilder html = new StringBuilder("<table>\n");
        if (!titles.isEmpty()) {
            html.append(line("th", titles));
        }
        rows.forEach(row -> html.append(line("td", row)));
        return html.append("</table>\n").toString();
    }

    private static String line(String element, List<String> cells) {
        StringBuilder line = new StringBuilder("<tr>");
        cells.forEach(cell -> line.append("<")
                .append(element)
                .append(" style=\"text-align: left\">")
                .append(escape(cell))
                .append("</")
                .append(element)
                .append(">"));
        return line.append("</tr>\n").toString();
    }
}

package ai.flightmind.train.report;

import java.util.List;
import java.util.regex.Pattern;

/** Text as HTML. */
final class Html {
    /** Digits with what stands among them, and a unit or exponent behind. */
    private static final Pattern NUMBER = Pattern.compile("[-0-9.,:$%± ]+(?:[a-zA-Z]{0,2}|e\\+[0-9]+)");

    private Html() {}

    static String escape(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> safe.append("&amp;");
                case '<' -> safe.append("&lt;");
                case '>' -> safe.append("&gt;");
                case '"' -> safe.append("&quot;");
                default -> safe.append(c < ' ' && c != '\n' && c != '\t' ? '\ufffd' : c);
            }
        }
        return safe.toString();
    }

    static String section(String title, String content) {
        return "<section><h2>" + escape(title) + "</h2>\n" + content + "</section>\n";
    }

    static String written(String prompt, String text) {
        return "<pre><em>" + escape(prompt) + "</em>" + escape(text) + "</pre>";
    }

    /**
     * A table.
     *
     * @param head its titles; none for a table without
     * @param rows their cells, which are HTML
     */
    static String table(List<String> head, List<List<String>> rows) {
        StringBuilder table = new StringBuilder("<div class=\"scroll\"><table>\n");
        if (!head.isEmpty()) {
            table.append("<tr>");
            head.forEach(title -> table.append("<th>").append(escape(title)).append("</th>"));
            table.append("</tr>\n");
        }
        for (List<String> row : rows) {
            table.append("<tr>");
            row.forEach(cell -> table.append(NUMBER.matcher(cell).matches() ? "<td class=\"number\">" : "<td>")
                    .append(cell)
                    .append("</td>"));
            table.append("</tr>\n");
        }
        return table.append("</table></div>\n").toString();
    }
}

package ai.flightmind.examples.docs;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A fenced block of a page, under the name that the line before it gives.
 *
 * @param language what stands behind the fence
 * @param firstLine the number of its first line in the page, from 1
 */
record Snippet(Path page, String name, String language, int firstLine, List<String> lines) {
    private static final Pattern MARKER = Pattern.compile("<!-- snippet: ([\\w-]+) -->");
    private static final String FENCE = "```";

    /** Those of a page by their names, in its order. Other blocks may stand between them, but no Java without a name. */
    static Map<String, Snippet> of(Path page, List<String> text) {
        Map<String, Snippet> snippets = new LinkedHashMap<>();
        for (int i = 0; i < text.size(); i++) {
            if (!text.get(i).startsWith(FENCE)) {
                continue;
            }
            String language = text.get(i).substring(FENCE.length());
            int firstLine = i + 2;
            List<String> lines = new ArrayList<>();
            for (i++; i < text.size() && !text.get(i).startsWith(FENCE); i++) {
                lines.add(text.get(i));
            }
            Matcher marker = MARKER.matcher(firstLine < 3 ? "" : text.get(firstLine - 3));
            if (marker.matches()) {
                Snippet snippet = new Snippet(page, marker.group(1), language, firstLine, List.copyOf(lines));
                if (snippets.put(snippet.name(), snippet) != null) {
                    throw new AssertionError(snippet + " is the second of this name");
                }
            } else if (language.equals("java")) {
                throw new AssertionError(page + ":" + firstLine + " is Java that no test can run: put a line"
                        + " <!-- snippet: name --> before its fence");
            }
        }
        return snippets;
    }

    String text() {
        return String.join("\n", lines);
    }

    @Override
    public String toString() {
        return page + ":" + firstLine + " (" + name + ")";
    }
}

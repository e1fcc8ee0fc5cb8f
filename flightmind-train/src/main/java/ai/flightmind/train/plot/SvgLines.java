package ai.flightmind.train.plot;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes one element of a curve. The libraries draw each piece of it as a line of its own, with its style and sixteen digits,
 * which makes a picture of megabytes.
 */
final class SvgLines {
    private static final String NUMBER = "\"(-?[0-9.E-]+)\"";
    private static final Pattern LINE = Pattern.compile(
            "\\s*<line (style=\"[^\"]*\") x1=" + NUMBER + " x2=" + NUMBER + " y1=" + NUMBER + " y2=" + NUMBER + "/>");

    private final StringBuilder out = new StringBuilder();
    private String style = "";
    private String end = "";

    private SvgLines() {}

    /** Joins lines of one style of which each begins where the one before ends. */
    static String joined(String svg) {
        SvgLines lines = new SvgLines();
        svg.lines().forEach(lines::add);
        lines.finish();
        return lines.out.toString();
    }

    private void add(String text) {
        Matcher line = LINE.matcher(text);
        if (!line.matches()) {
            finish();
            out.append(text).append('\n');
            return;
        }
        String begin = point(line.group(2), line.group(4));
        if (!line.group(1).equals(style) || !begin.equals(end)) {
            finish();
            style = line.group(1);
            out.append("<polyline ").append(style).append(" points=\"").append(begin);
        }
        end = point(line.group(3), line.group(5));
        out.append(' ').append(end);
    }

    private void finish() {
        if (!style.isEmpty()) {
            out.append("\"/>\n");
            style = "";
            end = "";
        }
    }

    private static String point(String x, String y) {
        return String.format(Locale.ROOT, "%.1f,%.1f", Double.parseDouble(x), Double.parseDouble(y));
    }
}

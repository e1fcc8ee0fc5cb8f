package ai.flightmind.vast.http;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Takes the key, and whatever looks like one, out of text that people will read. */
final class Redaction {
    private static final Pattern NAMED_SECRET = Pattern.compile(
            "(?i)([\"']?[a-z_]*(?:api_?key|token|secret|password|authorization|signature)[\"']?\\s*[=:]\\s*[\"']?)"
                    + "(?:bearer\\s+)?[^\"'&\\s,}]+");
    private static final Pattern BEARER = Pattern.compile("(?i)(bearer\\s+)[^\"'\\s,}]+");
    private static final int LONGEST = 400;

    private final @Nullable String key;

    Redaction(ApiKey key) {
        this.key = key.value();
    }

    /** Cut to a length that fits a message, too. */
    String clean(String text) {
        String clean = key == null ? text : text.replace(key, "<key>");
        clean = BEARER.matcher(clean).replaceAll("$1<hidden>");
        clean = NAMED_SECRET.matcher(clean).replaceAll("$1<hidden>");
        clean = clean.replaceAll("\\s+", " ").trim();
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "…";
    }
}

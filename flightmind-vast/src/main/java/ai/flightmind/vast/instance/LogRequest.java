package ai.flightmind.vast.instance;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which logs of an instance.
 *
 * @param lastLines how many lines from the end; null for as many as the service gives
 * @param containing a word the lines contain; null for all
 * @param daemon the host's own log instead of the container's
 */
public record LogRequest(
        @Nullable Integer lastLines, @Nullable String containing, boolean daemon) {
    public LogRequest {
        if (lastLines != null && lastLines < 1) {
            throw new IllegalArgumentException("lastLines is at least 1: " + lastLines);
        }
    }

    /** Everything of the container. */
    public static LogRequest all() {
        return new LogRequest(null, null, false);
    }

    /** Only the last lines; at least 1. */
    public LogRequest last(int lines) {
        return new LogRequest(lines, containing, daemon);
    }

    /** Only lines with this in them. */
    public LogRequest containing(String word) {
        return new LogRequest(lastLines, word, daemon);
    }

    public LogRequest ofDaemon() {
        return new LogRequest(lastLines, containing, true);
    }

    /** The request's body: the service wants text for each. */
    public Map<String, Object> toBody() {
        Map<String, Object> body = new LinkedHashMap<>();
        if (containing != null) {
            body.put("filter", containing);
        }
        if (lastLines != null) {
            body.put("tail", lastLines.toString());
        }
        if (daemon) {
            body.put("daemon_logs", "true");
        }
        return body;
    }
}

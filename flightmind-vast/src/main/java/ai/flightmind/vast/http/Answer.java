package ai.flightmind.vast.http;

/**
 * What came back, unjudged.
 *
 * @param body as text, empty if there was none
 */
public record Answer(int status, String body) {
    public boolean succeeded() {
        return status >= 200 && status < 300;
    }

    /** The status and the size: a body may hold a secret. */
    @Override
    public String toString() {
        return "Answer[" + status + ", " + body.length() + " characters]";
    }
}

package ai.flightmind.vast.ssh;

import ai.flightmind.vast.error.SshException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How a remote command ended.
 *
 * @param exitStatus as the shell counts: 128 + n for an end by signal n
 * @param signal as {@code KILL}; null if it ended by itself, or the server gave only a status
 * @param stdout what was not taken by a listener, as UTF-8
 * @param stderr what was not taken by a listener, as UTF-8
 * @param took from the start of the command to its end
 */
public record CommandResult(
        String command, int exitStatus, @Nullable String signal, String stdout, String stderr, Duration took) {
    private static final int SHOWN = 400;

    public boolean isOk() {
        return exitStatus == 0;
    }

    /**
     * This, if the status is 0.
     *
     * @throws SshException with the end of stderr
     */
    public CommandResult orThrow() {
        if (isOk()) {
            return this;
        }
        String said = stderr.isBlank() ? stdout.strip() : stderr.strip();
        String end = said.length() <= SHOWN ? said : "…" + said.substring(said.length() - SHOWN);
        throw new SshException(
                SshException.Kind.COMMAND_FAILED,
                "\"" + command + "\" ended with status " + exitStatus + (signal == null ? "" : " (SIG" + signal + ")")
                        + (end.isEmpty() ? "." : ": " + end),
                null);
    }
}

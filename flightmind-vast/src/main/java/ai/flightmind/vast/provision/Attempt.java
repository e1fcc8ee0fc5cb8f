package ai.flightmind.vast.provision;

import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.ssh.CommandResult;
import ai.flightmind.vast.ssh.RemoteCommand;
import ai.flightmind.vast.ssh.SshSession;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** One of several ways to bring something onto a machine. */
final class Attempt {
    private final SshSession ssh;
    private final Duration timeout;

    Attempt(SshSession ssh, Duration timeout) {
        this.ssh = ssh;
        this.timeout = timeout;
    }

    /** Why a command failed, in a line; empty if it did not. */
    Optional<String> failureOf(String command) {
        return failureOf(command, "");
    }

    /** As {@link #failureOf(String)}, for one that reads. */
    Optional<String> failureOf(String command, String stdin) {
        try {
            CommandResult result = ssh.run(
                    RemoteCommand.builder(command).stdin(stdin).timeout(timeout).build());
            return result.isOk() ? Optional.empty() : Optional.of(reason(result));
        } catch (SshException e) {
            if (e.kind() == SshException.Kind.COMMAND_TIMED_OUT) {
                return Optional.of("not within " + timeout.toSeconds() + " s");
            }
            throw e;
        }
    }

    /** The first line that is marked as an error, else the last. */
    private static String reason(CommandResult result) {
        List<String> lines = Stream.of(result.stderr(), result.stdout())
                .flatMap(String::lines)
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .toList();
        return lines.stream()
                .filter(line -> line.startsWith("E: ") || line.startsWith("[ERROR] "))
                .findFirst()
                .or(() -> lines.stream().reduce((first, second) -> second))
                .orElse("status " + result.exitStatus());
    }
}

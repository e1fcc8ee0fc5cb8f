package ai.flightmind.vast.ssh.file;

import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import ai.flightmind.vast.ssh.CommandResult;
import ai.flightmind.vast.ssh.RemoteCommand;
import ai.flightmind.vast.ssh.RunningCommand;
import ai.flightmind.vast.ssh.Shell;
import ai.flightmind.vast.ssh.SshSession;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The few questions about files that transfers ask an instance. They may be repeated. */
final class RemoteShell {
    /** OpenSSL first: it uses the processor's instructions. */
    private static final String PICK = "if command -v openssl >/dev/null 2>&1; then openssl dgst -sha256 -r; "
            + "elif command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi";

    private final SshSession session;

    RemoteShell(SshSession session) {
        this.session = session;
    }

    SshSession session() {
        return session;
    }

    /** A command that reads stdin and prints its hash first. */
    static String hasher() {
        return PICK;
    }

    /**
     * A file there.
     *
     * @param bytes −1 if it is not there, −2 if it is no plain file
     * @param mode in octal; empty for what is no plain file
     */
    record Found(long bytes, String mode) {}

    /** In one question, since each costs the time there and back. */
    List<Found> find(String... paths) {
        StringBuilder script = new StringBuilder();
        for (String path : paths) {
            String file = Shell.path(path);
            script.append("if [ -f ")
                    .append(file)
                    .append(" ]; then stat -L -c '%s %a' ")
                    .append(file)
                    .append(" 2>/dev/null || stat -L -f '%z %Lp' ")
                    .append(file);
            script.append(" 2>/dev/null || echo -1; elif [ -e ")
                    .append(file)
                    .append(" ]; then echo -2; else echo -1; fi\n");
        }
        return ask(script.toString())
                .lines()
                .map(line -> line.split(" ", -1))
                .map(words -> new Found(Long.parseLong(words[0]), words.length > 1 ? words[1] : ""))
                .toList();
    }

    /** A command that prints a file's hash. */
    static String hashing(String path) {
        return "{ " + PICK + "; } < " + Shell.path(path) + " | cut -c1-64";
    }

    String hash(String path) {
        return ask(hashing(path));
    }

    /** Begins to hash, for the time in which the same file is fetched. */
    RunningCommand beginHash(String path) {
        return session.start(RemoteCommand.builder(hashing(path)).build());
    }

    /** What that came to. */
    static String hashed(RunningCommand hashing) {
        return checked(hashing.await()).stdout().strip();
    }

    /** Of the first bytes. */
    String hash(String path, long bytes) {
        return hashOf("head -c " + bytes + " " + Shell.path(path));
    }

    String hashOf(String producer) {
        return ask(producer + " | { " + PICK + "; } | cut -c1-64");
    }

    /** Runs a step of a transfer; its failure is the transfer's. */
    String ask(String command) {
        return checked(session.run(command)).stdout().strip();
    }

    /**
     * Runs a step of a transfer that may leave a writer behind when the line breaks: that one is killed before the next.
     */
    CommandResult step(RemoteCommand command, Leftover leftover) {
        try (RunningCommand running = session.start(command)) {
            leftover.of(running.processId());
            CommandResult result = running.await();
            leftover.done();
            return checked(result);
        }
    }

    private static CommandResult checked(CommandResult result) {
        if (result.isOk()) {
            return result;
        }
        String why = result.stderr().isBlank()
                ? result.stdout().strip()
                : result.stderr().strip();
        throw new SshException(
                Kind.TRANSFER_FAILED,
                "On the instance, \"" + result.command() + "\" ended with status " + result.exitStatus() + ": " + why
                        + ". Check the path, the rights and the disk's free space there.",
                null);
    }

    /** Who may still write to a half-done file over a line that is no more. */
    static final class Leftover {
        private CompletableFuture<Long> process = new CompletableFuture<>();

        void of(CompletableFuture<Long> process) {
            this.process = process;
        }

        void done() {
            process = new CompletableFuture<>();
        }

        void kill(RemoteShell shell) {
            Long id = process.isCompletedExceptionally() ? null : process.getNow(null);
            if (id != null) {
                shell.session().run("kill -9 -- -" + id + " 2>/dev/null");
                done();
            }
        }
    }
}

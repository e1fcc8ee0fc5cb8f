package ai.flightmind.vast.provision;

import ai.flightmind.vast.ssh.SshSession;
import java.time.Duration;
import java.util.Optional;

/** Programs of the machine's own, beside Java: an image may leave out what others take for granted. */
public final class Tools {
    private static final Duration TIMEOUT = Duration.ofMinutes(5);

    private Tools() {}

    /**
     * Installs from the machine's distribution what is missing.
     *
     * @param programs of packages of the same name
     * @return why they are not all there, for people; empty if they are
     * @throws ai.flightmind.vast.error.SshException if the line fails; call again
     */
    public static Optional<String> install(SshSession ssh, String... programs) {
        String names = String.join(" ", programs);
        return new Attempt(ssh, TIMEOUT)
                .failureOf("missing=; for name in " + names
                        + "; do command -v $name >/dev/null || missing=\"$missing $name\"; done\n"
                        + "[ -z \"$missing\" ] || {\n" + Packages.install("$missing") + "\n}");
    }
}

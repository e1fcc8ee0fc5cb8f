package ai.flightmind.vast.ssh;

import java.io.UncheckedIOException;
import java.security.PublicKey;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.KeyType;
import net.schmizz.sshj.transport.verification.HostKeyVerifier;
import org.jspecify.annotations.Nullable;

/** Believes the first key it sees under an instance's name, says so, and refuses any other. */
final class HostKeyCheck implements HostKeyVerifier {
    private final SshSettings settings;
    private volatile @Nullable String failure;

    HostKeyCheck(SshSettings settings) {
        this.settings = settings;
    }

    @Override
    public boolean verify(String host, int port, PublicKey key) {
        String blob = Base64.getEncoder()
                .encodeToString(new Buffer.PlainBuffer().putPublicKey(key).getCompactData());
        HostKey seen = new HostKey(settings.instance(), KeyType.fromKey(key).toString(), blob, Instant.now());
        try {
            HostKey known = settings.hostKeys().firstOr(seen);
            if (known.equals(seen)) {
                settings.onFirstSeen().accept(seen);
                return true;
            }
            if (known.key().equals(seen.key())) {
                return true;
            }
            failure = "The server at " + host + ":" + port + " is not the one first seen as " + seen.instance() + " on "
                    + known.firstSeen() + ": " + known.fingerprint() + " then, " + seen.fingerprint() + " ("
                    + seen.type()
                    + ") now. Either the instance was made anew, or someone is in between."
                    + " If you know why, HostKeys.forget(\"" + seen.instance() + "\") and connect again.";
        } catch (UncheckedIOException e) {
            failure = e.getMessage() + " Without it no server can be told from another; make it accessible.";
        }
        return false;
    }

    /** The type first seen, so that a server with several keys shows the same one again. */
    @Override
    public List<String> findExistingAlgorithms(String host, int port) {
        return settings.hostKeys()
                .find(settings.instance())
                .map(key -> List.of(key.type()))
                .orElse(List.of());
    }

    /** Why it refused; null if it did not. */
    @Nullable
    String failure() {
        return failure;
    }
}

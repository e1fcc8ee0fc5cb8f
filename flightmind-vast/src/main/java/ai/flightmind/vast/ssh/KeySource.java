package ai.flightmind.vast.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.userauth.keyprovider.KeyProvider;
import net.schmizz.sshj.userauth.method.AuthMethod;
import net.schmizz.sshj.userauth.method.AuthPublickey;
import org.jspecify.annotations.Nullable;

/** Where private keys come from. Immutable; read anew at every connection; tells nobody what is in them. */
public final class KeySource {
    private static final List<String> USUAL = List.of("id_ed25519", "id_ecdsa", "id_rsa");

    /** What a source has for one connection, and why it has no more. */
    static final class Offered {
        final List<AuthMethod> methods = new ArrayList<>();
        final List<String> names = new ArrayList<>();
        final List<String> problems = new ArrayList<>();
    }

    private interface Reader {
        void read(SSHClient client, Offered offered);
    }

    private final String name;
    private final Reader reader;

    private KeySource(String name, Reader reader) {
        this.name = name;
        this.reader = reader;
    }

    /** A private key without a passphrase, in OpenSSH's, PEM's or PuTTY's format. */
    public static KeySource file(Path privateKey) {
        return new KeySource(privateKey.toString(), (client, offered) -> offerFile(client, privateKey, null, offered));
    }

    /** A private key behind a passphrase, which is copied. */
    public static KeySource file(Path privateKey, char[] passphrase) {
        char[] secret = passphrase.clone();
        return new KeySource(
                privateKey.toString(), (client, offered) -> offerFile(client, privateKey, secret, offered));
    }

    /** The keys of the agent that {@code SSH_AUTH_SOCK} names; none if it names none. */
    public static KeySource agent() {
        return new KeySource("the agent", (client, offered) -> {
            String socket = System.getenv("SSH_AUTH_SOCK");
            if (socket == null || socket.isBlank()) {
                offered.problems.add("SSH_AUTH_SOCK names no agent");
            } else {
                offerAgent(Path.of(socket), offered);
            }
        });
    }

    /** The keys of the agent that listens there. */
    public static KeySource agent(Path socket) {
        return new KeySource("the agent at " + socket, (client, offered) -> offerAgent(socket, offered));
    }

    /** As {@code ssh} does: the agent, then {@code id_ed25519}, {@code id_ecdsa} and {@code id_rsa} in {@code ~/.ssh}. */
    public static KeySource usual() {
        Path home = Path.of(System.getProperty("user.home", ""));
        return new KeySource("the usual keys", (client, offered) -> {
            agent().offer(client, offered);
            usualFiles(home.resolve(".ssh")).offer(client, offered);
        });
    }

    static KeySource usualFiles(Path directory) {
        return new KeySource("the keys in " + directory, (client, offered) -> {
            for (String file : USUAL) {
                if (Files.exists(directory.resolve(file))) {
                    offerFile(client, directory.resolve(file), null, offered);
                }
            }
            if (offered.methods.isEmpty() && offered.problems.isEmpty()) {
                offered.problems.add("none of " + USUAL + " is in " + directory);
            }
        });
    }

    /** Whether there is a key to be had now. */
    public boolean hasKey() {
        Offered offered = new Offered();
        try (SSHClient client = new SSHClient()) {
            reader.read(client, offered);
        } catch (IOException e) {
            return false;
        }
        return !offered.methods.isEmpty();
    }

    void offer(SSHClient client, Offered offered) {
        reader.read(client, offered);
    }

    /** Where, and nothing of what. */
    @Override
    public String toString() {
        return name;
    }

    private static void offerFile(SSHClient client, Path file, char @Nullable [] passphrase, Offered offered) {
        if (!Files.isReadable(file)) {
            offered.problems.add(file + " is not there, or may not be read");
            return;
        }
        try {
            KeyProvider key = passphrase == null
                    ? client.loadKeys(file.toString())
                    : client.loadKeys(file.toString(), passphrase.clone());
            key.getPrivate();
            offered.methods.add(new AuthPublickey(key));
            offered.names.add(file.toString());
        } catch (IOException | RuntimeException e) {
            // The library's own words may quote the file.
            offered.problems.add(file
                    + (passphrase == null
                            ? " cannot be read: it is no private key, or wants a passphrase"
                            : " cannot be read: it is no private key, or the passphrase is not its own"));
        }
    }

    private static void offerAgent(Path socket, Offered offered) {
        try {
            Agent agent = new Agent(socket);
            for (Agent.Identity identity : agent.identities()) {
                offered.methods.add(new AgentAuth(agent, identity));
                offered.names.add("the agent's " + identity.type());
            }
            if (offered.methods.isEmpty()) {
                offered.problems.add("the agent holds no key");
            }
        } catch (IOException | UnsupportedOperationException e) {
            offered.problems.add("the agent at " + socket + " does not answer");
        }
    }
}

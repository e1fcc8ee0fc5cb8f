package ai.flightmind.vast.ssh;

import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import ai.flightmind.vast.instance.SshAddress;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import net.schmizz.keepalive.KeepAliveProvider;
import net.schmizz.sshj.DefaultConfig;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.common.LoggerFactory;
import net.schmizz.sshj.transport.cipher.Cipher;
import net.schmizz.sshj.userauth.UserAuthException;
import org.slf4j.Logger;
import org.slf4j.helpers.NOPLogger;

/** One attempt to connect and log in. {@link #hangUp()} ends it from any thread, also half way. */
final class Dial {
    private static final Duration TCP_CONNECT = Duration.ofSeconds(10);
    private static final Duration LOGIN_STEP = Duration.ofSeconds(20);
    /** What may be under way to us: a gigabit line to another continent holds as much. */
    private static final int WINDOW_BYTES = 16 << 20;
    /** Unanswered keep-alives before a line counts as dead. */
    private static final int UNANSWERED = 3;

    /** Why this attempt came to nothing. */
    static final class Refusal extends Exception {
        private static final long serialVersionUID = 1L;

        private final Kind kind;

        Refusal(Kind kind, String message, Throwable cause) {
            super(message, cause);
            this.kind = kind;
        }

        Kind kind() {
            return kind;
        }

        /** True if the next attempt would end the same way, whatever the time. */
        boolean isLasting() {
            return kind == Kind.HOST_KEY_CHANGED || kind == Kind.NO_KEY;
        }
    }

    private final SshSettings settings;
    private final SshAddress address;
    private final LineSocket socket = new LineSocket();
    private final SSHClient client;
    private final HostKeyCheck check;

    Dial(SshSettings settings, SshAddress address) {
        this.settings = settings;
        this.address = address;
        this.client = new SSHClient(config());
        this.check = new HostKeyCheck(settings);
        client.setSocketFactory(new OneSocket(socket));
        client.addHostKeyVerifier(check);
        client.setConnectTimeout((int) TCP_CONNECT.toMillis());
        int keepAlive = (int) Math.max(1, settings.keepAlive().toSeconds());
        client.getConnection().getKeepAlive().setKeepAliveInterval(keepAlive);
        // The keep-alives are answered, so a longer silence is a dead line; the socket notices it even while a write
        // hangs.
        client.setTimeout(keepAlive * UNANSWERED * 1000);
        client.getConnection().setWindowSize(WINDOW_BYTES);
        client.getTransport().setTimeoutMs((int) LOGIN_STEP.toMillis());
    }

    /** Blocks; {@link #hangUp()} from another thread ends it. */
    SSHClient connect() throws Refusal {
        boolean up = false;
        try {
            client.connect(address.host(), address.port());
            KeySource.Offered offered = new KeySource.Offered();
            settings.keys().forEach(source -> source.offer(client, offered));
            if (offered.methods.isEmpty()) {
                throw new Refusal(
                        Kind.NO_KEY,
                        "There is no key to log in with: " + String.join("; ", offered.problems)
                                + ". Name a key file (KeySource.file), with its passphrase if it has one.",
                        new IOException("no key"));
            }
            login(offered);
            up = true;
            return client;
        } catch (IOException | RuntimeException e) {
            throw refusal(e);
        } finally {
            if (!up) {
                hangUp();
            }
        }
    }

    boolean isUp() {
        return client.isConnected() && client.isAuthenticated() && !socket.isClosed();
    }

    SSHClient client() {
        return client;
    }

    void hangUp() {
        try {
            // First, for a goodbye could hang on a dead line.
            socket.close();
            client.disconnect();
        } catch (IOException e) {
            // It is closed as far as it goes: the socket is, and the library's threads end with it.
            log().debug("Hanging up {}: {}", address, e.toString());
        }
    }

    private void login(KeySource.Offered offered) throws IOException, Refusal {
        try {
            client.auth(settings.user(), offered.methods);
        } catch (UserAuthException e) {
            throw keyRefused(offered, e);
        } catch (IOException e) {
            String message = e.getMessage();
            if (message != null && message.contains("Too many authentication failures")) {
                throw keyRefused(offered, e);
            }
            throw e;
        }
    }

    private Refusal keyRefused(KeySource.Offered offered, IOException cause) {
        List<String> unread = new ArrayList<>(offered.problems);
        return new Refusal(
                Kind.KEY_REFUSED,
                at() + " let " + settings.user() + " in with none of these keys: " + String.join(", ", offered.names)
                        + ". Add the public key to the account or the instance, and connect again."
                        + (unread.isEmpty() ? "" : " Not offered: " + String.join("; ", unread) + "."),
                cause);
    }

    private Refusal refusal(Exception e) {
        if (check.failure() != null) {
            return new Refusal(Kind.HOST_KEY_CHANGED, check.failure(), e);
        }
        if (!socket.wasConnected() && !(e instanceof ConnectException && refuses(e))) {
            return new Refusal(
                    Kind.UNREACHABLE,
                    at() + " does not answer (" + e + "). Check the instance's address, and your own network.",
                    e);
        }
        return new Refusal(
                Kind.NOT_YET_UP,
                at() + " answers, but there is no SSH server behind it (" + e
                        + "). A new instance may take minutes: wait longer (connectWithin), or read its log.",
                e);
    }

    private static boolean refuses(Exception e) {
        return e.getMessage() != null && e.getMessage().contains("refused");
    }

    private String at() {
        return address.host() + ":" + address.port();
    }

    private static DefaultConfig config() {
        DefaultConfig config = new DefaultConfig();
        // What goes wrong reaches us as exceptions; the library's log would hold a stack trace per attempt.
        config.setLoggerFactory(new LoggerFactory() {
            @Override
            public Logger getLogger(String name) {
                return NOPLogger.NOP_LOGGER;
            }

            @Override
            public Logger getLogger(Class<?> type) {
                return NOPLogger.NOP_LOGGER;
            }
        });
        config.setKeepAliveProvider(KeepAliveProvider.KEEP_ALIVE);
        List<Factory.Named<Cipher>> ciphers = new ArrayList<>();
        FastGcm shorter = new FastGcm(16);
        FastGcm longer = new FastGcm(32);
        ciphers.add(shorter);
        ciphers.add(longer);
        for (Factory.Named<Cipher> cipher : config.getCipherFactories()) {
            if (!cipher.getName().equals(shorter.getName()) && !cipher.getName().equals(longer.getName())) {
                ciphers.add(cipher);
            }
        }
        config.setCipherFactories(ciphers);
        return config;
    }

    private static Logger log() {
        return org.slf4j.LoggerFactory.getLogger(SshSession.class);
    }

    /** As an exception for the caller. */
    static SshException thrown(Refusal refusal) {
        return new SshException(refusal.kind(), String.valueOf(refusal.getMessage()), refusal);
    }
}

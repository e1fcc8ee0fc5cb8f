package ai.flightmind.vast.ssh;

import ai.flightmind.vast.fake.host.LocalCommand;
import ai.flightmind.vast.fake.host.SshKeyFile;
import java.io.IOException;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;

/** An SSH server in this process that runs commands of this machine. */
public final class LoopbackServer implements AutoCloseable {
    private final SshServer server = SshServer.setUpDefaultServer();
    private final Set<PublicKey> welcome = ConcurrentHashMap.newKeySet();

    public LoopbackServer() throws IOException {
        this(0);
    }

    public LoopbackServer(int port) throws IOException {
        this(port, LocalCommand::new);
    }

    /** With a home and an environment of its own. */
    public LoopbackServer(Path home, Map<String, String> environment) throws IOException {
        this(0, command -> new LocalCommand(command, home, environment));
    }

    private LoopbackServer(int port, Function<String, LocalCommand> commands) throws IOException {
        server.setHost("127.0.0.1");
        server.setPort(port);
        server.setKeyPairProvider(KeyPairProvider.wrap(SshKeyFile.newKey()));
        server.setPublickeyAuthenticator(
                (user, key, session) -> welcome.stream().anyMatch(known -> KeyUtils.compareKeys(known, key)));
        server.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
        server.setCommandFactory((channel, command) -> commands.apply(command));
        server.start();
    }

    public int port() {
        return server.getPort();
    }

    public void welcome(PublicKey key) {
        welcome.add(key);
    }

    /** Another server would show another key. */
    public void changeHostKey() {
        server.setKeyPairProvider(KeyPairProvider.wrap(SshKeyFile.newKey()));
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }
}

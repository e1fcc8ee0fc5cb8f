package ai.flightmind.vast.ssh;

import ai.flightmind.vast.fake.host.LocalCommand;
import ai.flightmind.vast.fake.host.SshKeyFile;
import java.io.IOException;
import java.security.PublicKey;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
        server.setHost("127.0.0.1");
        server.setPort(port);
        server.setKeyPairProvider(KeyPairProvider.wrap(SshKeyFile.newKey()));
        server.setPublickeyAuthenticator(
                (user, key, session) -> welcome.stream().anyMatch(known -> KeyUtils.compareKeys(known, key)));
        server.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
        server.setCommandFactory((channel, command) -> new LocalCommand(command));
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

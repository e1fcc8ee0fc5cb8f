package ai.flightmind.vast.ssh;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyEncryptionContext;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;
import org.jspecify.annotations.Nullable;

/** An SSH server in this process that runs commands of this machine. */
public final class LoopbackServer implements AutoCloseable {
    private final SshServer server = SshServer.setUpDefaultServer();
    private final Set<PublicKey> welcome = ConcurrentHashMap.newKeySet();

    public LoopbackServer() throws IOException, GeneralSecurityException {
        this(0);
    }

    public LoopbackServer(int port) throws IOException, GeneralSecurityException {
        server.setHost("127.0.0.1");
        server.setPort(port);
        server.setKeyPairProvider(KeyPairProvider.wrap(newKey()));
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
    public void changeHostKey() throws GeneralSecurityException {
        server.setKeyPairProvider(KeyPairProvider.wrap(newKey()));
    }

    public static KeyPair newKey() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"));
        return generator.generateKeyPair();
    }

    public static Path write(KeyPair key, Path file, @Nullable String passphrase)
            throws IOException, GeneralSecurityException {
        OpenSSHKeyEncryptionContext encryption = null;
        if (passphrase != null) {
            encryption = new OpenSSHKeyEncryptionContext();
            encryption.setPassword(passphrase);
            encryption.setCipherType("256");
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(key, "test", encryption, out);
        }
        return file;
    }

    @Override
    public void close() throws IOException {
        server.stop(true);
    }
}

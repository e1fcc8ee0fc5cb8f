package ai.flightmind.vast.account;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/**
 * Finds the public half of a private key without its passphrase: an OpenSSH file holds it in the clear (PROTOCOL.key of
 * OpenSSH); for an older PEM file the {@code .pub} file beside it is read.
 */
public final class PrivateKeyFile {
    private static final String BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----";
    private static final String END = "-----END OPENSSH PRIVATE KEY-----";
    private static final byte[] MAGIC = "openssh-key-v1\0".getBytes(StandardCharsets.US_ASCII);

    private PrivateKeyFile() {}

    /**
     * As {@code ssh-ed25519 AAAA…}, without a comment.
     *
     * @throws IOException if there is no key, or no way to its public half; the message says nothing of the key
     */
    public static String publicKey(Path privateKey) throws IOException {
        if (!Files.isReadable(privateKey)) {
            throw new IOException("there is no such file, or it may not be read");
        }
        String text = Files.readString(privateKey, StandardCharsets.US_ASCII);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin >= 0 && end > begin) {
            return openSsh(text.substring(begin + BEGIN.length(), end));
        }
        Path beside = privateKey.resolveSibling(privateKey.getFileName() + ".pub");
        if (Files.isReadable(beside)) {
            return Files.readString(beside).strip();
        }
        throw new IOException("it is no OpenSSH key, and " + beside + " is not there; make it with ssh-keygen -y");
    }

    private static String openSsh(String base64) throws IOException {
        try {
            ByteBuffer bytes = ByteBuffer.wrap(Base64.getMimeDecoder().decode(base64));
            byte[] magic = new byte[MAGIC.length];
            bytes.get(magic);
            if (!java.util.Arrays.equals(magic, MAGIC)) {
                throw new IOException("it is not an OpenSSH key");
            }
            for (int i = 0; i < 3; i++) {
                string(bytes); // cipher, key derivation, its options
            }
            if (bytes.getInt() < 1) {
                throw new IOException("it holds no key");
            }
            byte[] key = string(bytes);
            String type = new String(string(ByteBuffer.wrap(key)), StandardCharsets.US_ASCII);
            return type + " " + Base64.getEncoder().encodeToString(key);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new IOException("it is not an OpenSSH key", e);
        }
    }

    private static byte[] string(ByteBuffer bytes) throws IOException {
        int length = bytes.getInt();
        if (length < 0 || length > bytes.remaining()) {
            throw new IOException("it is cut off");
        }
        byte[] string = new byte[length];
        bytes.get(string);
        return string;
    }
}

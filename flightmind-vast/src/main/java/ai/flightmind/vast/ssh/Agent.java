package ai.flightmind.vast.ssh;

import java.io.EOFException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Asks an ssh-agent for its keys and for signatures (draft-miller-ssh-agent). A connection per question. */
final class Agent {
    private static final int REQUEST_IDENTITIES = 11;
    private static final int IDENTITIES_ANSWER = 12;
    private static final int SIGN_REQUEST = 13;
    private static final int SIGN_RESPONSE = 14;
    private static final int RSA_SHA2_512 = 4;
    private static final int LONGEST_ANSWER = 1 << 20;

    /** A key the agent holds. */
    static final class Identity {
        private final byte[] key;
        private final String type;

        Identity(byte[] key, String type) {
            this.key = key;
            this.type = type;
        }

        byte[] key() {
            return key;
        }

        String type() {
            return type;
        }

        /** The name of the signature to ask for: RSA keys no longer sign with SHA-1. */
        String algorithm() {
            return isRsa() ? "rsa-sha2-512" : type;
        }

        boolean isRsa() {
            return type.equals("ssh-rsa");
        }
    }

    private final Path socket;

    Agent(Path socket) {
        this.socket = socket;
    }

    /** Certificates and hardware keys are left out: their signatures need more than a plain key's. */
    List<Identity> identities() throws IOException {
        ByteBuffer answer = ask(ByteBuffer.allocate(1).put((byte) REQUEST_IDENTITIES), IDENTITIES_ANSWER);
        List<Identity> identities = new ArrayList<>();
        int count = answer.getInt();
        for (int i = 0; i < count; i++) {
            byte[] key = string(answer);
            string(answer); // its comment
            String type = new String(string(ByteBuffer.wrap(key)), StandardCharsets.US_ASCII);
            if (!type.contains("@")) {
                identities.add(new Identity(key, type));
            }
        }
        return identities;
    }

    byte[] sign(Identity identity, byte[] data) throws IOException {
        ByteBuffer question = ByteBuffer.allocate(13 + identity.key().length + data.length);
        question.put((byte) SIGN_REQUEST);
        question.putInt(identity.key().length).put(identity.key());
        question.putInt(data.length).put(data);
        question.putInt(identity.isRsa() ? RSA_SHA2_512 : 0);
        return string(ask(question, SIGN_RESPONSE));
    }

    private ByteBuffer ask(ByteBuffer question, int expected) throws IOException {
        question.flip();
        ByteBuffer framed = ByteBuffer.allocate(4 + question.remaining())
                .putInt(question.remaining())
                .put(question)
                .flip();
        try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
            while (framed.hasRemaining()) {
                channel.write(framed);
            }
            int length = read(channel, 4).getInt();
            if (length < 1 || length > LONGEST_ANSWER) {
                throw new IOException("the agent's answer cannot be understood");
            }
            ByteBuffer answer = read(channel, length);
            if (answer.get() != expected) {
                throw new IOException("the agent refuses");
            }
            return answer;
        }
    }

    private static ByteBuffer read(SocketChannel channel, int bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(bytes);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException("the agent hung up");
            }
        }
        return buffer.flip();
    }

    private static byte[] string(ByteBuffer bytes) throws IOException {
        try {
            int length = bytes.getInt();
            if (length < 0 || length > bytes.remaining()) {
                throw new IOException("the agent's answer is cut off");
            }
            byte[] string = new byte[length];
            bytes.get(string);
            return string;
        } catch (BufferUnderflowException e) {
            throw new IOException("the agent's answer is cut off", e);
        }
    }
}

package ai.flightmind.vast.ssh;

import com.hierynomus.sshj.transport.cipher.GcmCipher;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import net.schmizz.sshj.common.Factory;
import net.schmizz.sshj.common.SSHRuntimeException;
import net.schmizz.sshj.transport.cipher.Cipher;

/** AES-GCM by the Java runtime, which uses the processor's instructions; sshj takes Bouncy Castle's, which does not. */
final class FastGcm implements Factory.Named<Cipher> {
    private static final int IV_BYTES = 12;
    private static final int TAG_BYTES = 16;

    private final int keyBytes;

    FastGcm(int keyBytes) {
        this.keyBytes = keyBytes;
    }

    @Override
    public String getName() {
        return "aes" + keyBytes * 8 + "-gcm@openssh.com";
    }

    @Override
    public Cipher create() {
        return new GcmCipher(IV_BYTES, TAG_BYTES, keyBytes, "AES", "AES/GCM/NoPadding") {
            @Override
            public void init(Mode mode, byte[] key, byte[] iv) {
                try {
                    cipher = javax.crypto.Cipher.getInstance("AES/GCM/NoPadding");
                    initCipher(cipher, mode, Arrays.copyOf(key, keyBytes), Arrays.copyOf(iv, IV_BYTES));
                } catch (GeneralSecurityException e) {
                    throw new SSHRuntimeException(e);
                }
            }
        };
    }
}

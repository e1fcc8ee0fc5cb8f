package ai.flightmind.model;

import ai.flightmind.model.pt.TensorBytes;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** The SHA-256 of tensors: of each, in order, its name, its sizes and its bits. */
final class Fingerprint {
    private static final int BUFFER_BYTES = 1 << 20;

    private Fingerprint() {}

    static String of(Map<String, Tensor> tensors) {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        try (OutputStream out = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            for (Map.Entry<String, Tensor> each : tensors.entrySet()) {
                try (PointerScope scope = new PointerScope()) {
                    Tensor onCpu = each.getValue().detach().cpu().contiguous();
                    String head = each.getKey() + TensorBytes.longs(onCpu.sizes()) + "\n";
                    out.write(head.getBytes(StandardCharsets.UTF_8));
                    TensorBytes.copy(onCpu, out, buffer);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java has SHA-256", e);
        }
    }
}

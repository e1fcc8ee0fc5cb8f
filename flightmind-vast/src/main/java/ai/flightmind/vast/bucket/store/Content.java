package ai.flightmind.vast.bucket.store;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Base64;
import java.util.HexFormat;
import java.util.function.Supplier;
import software.amazon.awssdk.core.sync.RequestBody;

/** Bytes to be stored, which can be read more than once, and their MD5. */
public final class Content {
    private final Supplier<InputStream> open;
    private final long sizeBytes;
    private final byte[] md5;

    /** Bytes that each attempt opens anew. */
    public Content(Supplier<InputStream> open, long sizeBytes, byte[] md5) {
        this.open = open;
        this.sizeBytes = sizeBytes;
        this.md5 = md5.clone();
    }

    public static Content of(byte[] bytes, byte[] md5) {
        byte[] copy = bytes.clone();
        return new Content(() -> new ByteArrayInputStream(copy), copy.length, md5);
    }

    String md5Base64() {
        return Base64.getEncoder().encodeToString(md5);
    }

    String md5Hex() {
        return HexFormat.of().formatHex(md5);
    }

    RequestBody body() {
        return RequestBody.fromContentProvider(open::get, sizeBytes, "application/octet-stream");
    }
}

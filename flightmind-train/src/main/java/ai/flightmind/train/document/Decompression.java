package ai.flightmind.train.document;

import io.airlift.compress.Decompressor;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.format.CompressionCodec;

/** Unpacks what a codec has packed. */
@FunctionalInterface
interface Decompression {
    /**
     * Unpacks bytes from an offset to their end.
     *
     * @param unpacked how many bytes come out, exactly
     */
    byte[] apply(byte[] packed, int offset, int unpacked) throws IOException;

    /** The one of a codec: none, Snappy, Gzip, Zstandard or raw LZ4. */
    static Decompression of(CompressionCodec codec) throws IOException {
        return switch (codec) {
            case UNCOMPRESSED ->
                (packed, offset, unpacked) -> exactly(Arrays.copyOfRange(packed, offset, packed.length), unpacked);
            case GZIP -> Decompression::gzip;
            case SNAPPY -> by(new SnappyDecompressor());
            case ZSTD -> by(new ZstdDecompressor());
            case LZ4_RAW -> by(new Lz4Decompressor());
            default ->
                throw new IOException("it is packed with " + codec
                        + ", which is not read here: write the file with Snappy or Zstandard");
        };
    }

    private static Decompression by(Decompressor decompressor) {
        return (packed, offset, unpacked) -> {
            byte[] plain = new byte[unpacked];
            int count = packed.length == offset
                    ? 0
                    : decompressor.decompress(packed, offset, packed.length - offset, plain, 0, unpacked);
            return exactly(count == unpacked ? plain : Arrays.copyOf(plain, count), unpacked);
        };
    }

    private static byte[] gzip(byte[] packed, int offset, int unpacked) throws IOException {
        try (GZIPInputStream in =
                new GZIPInputStream(new ByteArrayInputStream(packed, offset, packed.length - offset))) {
            return exactly(in.readNBytes(unpacked), unpacked);
        }
    }

    private static byte[] exactly(byte[] plain, int unpacked) throws IOException {
        if (plain.length != unpacked) {
            throw new IOException("a page unpacks to " + plain.length + " bytes, not " + unpacked);
        }
        return plain;
    }
}

package ai.flightmind.train.tensorboard;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The frame around each event: its length, the length's checksum, the event, the event's checksum, all little-endian. See
 * <a href="https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details">TFRecords format
 * details</a>.
 */
final class TfRecord {
    private static final int LENGTH_BYTES = Long.BYTES + Integer.BYTES;
    private static final int MAX_BYTES = 1 << 28;

    private TfRecord() {}

    static byte[] frame(byte[] event) {
        ByteBuffer frame =
                ByteBuffer.allocate(LENGTH_BYTES + event.length + Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        frame.putLong(event.length);
        frame.putInt(maskedChecksum(frame.array(), Long.BYTES));
        frame.put(event);
        frame.putInt(maskedChecksum(event, event.length));
        return frame.array();
    }

    /** The next event; null at the end, which a frame that is damaged or not whole is, too: nothing behind it can be found. */
    static byte @Nullable [] read(DataInputStream in) throws IOException {
        try {
            byte[] head = new byte[LENGTH_BYTES];
            in.readFully(head);
            ByteBuffer fields = ByteBuffer.wrap(head).order(ByteOrder.LITTLE_ENDIAN);
            long length = fields.getLong();
            if (fields.getInt() != maskedChecksum(head, Long.BYTES) || length < 0 || length > MAX_BYTES) {
                return null;
            }
            byte[] event = new byte[(int) length];
            in.readFully(event);
            return Integer.reverseBytes(in.readInt()) == maskedChecksum(event, event.length) ? event : null;
        } catch (EOFException e) {
            return null;
        }
    }

    /** CRC-32C, rotated and moved, so that a checksum of data that holds checksums stays a good one. */
    private static int maskedChecksum(byte[] data, int length) {
        CRC32C crc = new CRC32C();
        crc.update(data, 0, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8;
    }
}

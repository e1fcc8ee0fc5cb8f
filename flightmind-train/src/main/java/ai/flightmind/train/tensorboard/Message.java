package ai.flightmind.train.tensorboard;

import java.util.function.Consumer;
import okio.Buffer;
import okio.ByteString;

/**
 * A protobuf message being written, field by field. See <a
 * href="https://protobuf.dev/programming-guides/encoding/">Encoding</a>.
 */
final class Message {
    private static final int VARINT = 0;
    private static final int FIXED64 = 1;
    private static final int LENGTH_DELIMITED = 2;
    private static final int FIXED32 = 5;

    private final Buffer bytes = new Buffer();

    static Message of(Consumer<Message> fields) {
        Message message = new Message();
        fields.accept(message);
        return message;
    }

    Message whole(int field, long value) {
        tag(field, VARINT);
        varint(value);
        return this;
    }

    Message number(int field, double value) {
        tag(field, FIXED64);
        bytes.writeLongLe(Double.doubleToRawLongBits(value));
        return this;
    }

    Message number(int field, float value) {
        tag(field, FIXED32);
        bytes.writeIntLe(Float.floatToRawIntBits(value));
        return this;
    }

    Message text(int field, String value) {
        return delimited(field, ByteString.encodeUtf8(value));
    }

    Message message(int field, Message value) {
        return delimited(field, value.bytes.snapshot());
    }

    Message message(int field, Consumer<Message> fields) {
        return message(field, of(fields));
    }

    private Message delimited(int field, ByteString value) {
        tag(field, LENGTH_DELIMITED);
        varint(value.size());
        bytes.write(value);
        return this;
    }

    byte[] toByteArray() {
        return bytes.snapshot().toByteArray();
    }

    private void tag(int field, int wireType) {
        varint(((long) field << 3) | wireType);
    }

    private void varint(long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes.writeByte((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        bytes.writeByte((int) rest);
    }
}

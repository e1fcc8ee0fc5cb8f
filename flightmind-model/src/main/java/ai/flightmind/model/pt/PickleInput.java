package ai.flightmind.model.pt;

import ai.flightmind.model.error.PtFormatException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The bytes of a pickle, taken from the front; running out of them is a {@link PtFormatException}. */
final class PickleInput {
    private final Path file;
    private final ByteBuffer bytes;

    PickleInput(Path file, byte[] pickle) {
        this.file = file;
        this.bytes = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
    }

    int unsignedByte() {
        return take(1).get() & 0xff;
    }

    int unsignedShort() {
        return take(2).getShort() & 0xffff;
    }

    int signedInt() {
        return take(4).getInt();
    }

    long unsignedInt() {
        return take(4).getInt() & 0xffff_ffffL;
    }

    /** Big-endian, alone among a pickle's numbers. */
    double bigEndianDouble() {
        return take(8).order(ByteOrder.BIG_ENDIAN).getDouble();
    }

    /** A two's complement integer of the given number of bytes. */
    long signedInteger(int length) {
        if (length > Long.BYTES) {
            throw unsupported("an integer of more than 64 bits");
        }
        long value = 0;
        ByteBuffer digits = take(length);
        for (int shift = 0; digits.hasRemaining(); shift += 8) {
            value |= (digits.get() & 0xffL) << shift;
        }
        int unused = Long.SIZE - 8 * length;
        return length == 0 ? 0 : value << unused >> unused;
    }

    String utf8(long length) {
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(take(length)).toString();
        } catch (CharacterCodingException e) {
            throw damaged("a string that is not UTF-8");
        }
    }

    String line() {
        for (int end = bytes.position(); end < bytes.limit(); end++) {
            if (bytes.get(end) == '\n') {
                String line = utf8(end - bytes.position());
                bytes.get();
                return line;
            }
        }
        throw damaged("a name without an end");
    }

    PtFormatException damaged(String problem) {
        return PtFormatException.damaged(file, "data.pkl holds " + problem + place(), null);
    }

    PtFormatException unsupported(String problem) {
        return PtFormatException.unsupported(file, "data.pkl holds " + problem + place());
    }

    private String place() {
        return " before byte " + bytes.position();
    }

    private ByteBuffer take(long length) {
        if (length > bytes.remaining()) {
            throw damaged("less than it announces");
        }
        ByteBuffer taken = bytes.slice(bytes.position(), (int) length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(bytes.position() + (int) length);
        return taken;
    }
}

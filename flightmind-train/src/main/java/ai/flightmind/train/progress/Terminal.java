package ai.flightmind.train.progress;

import com.sun.jna.Library;
import com.sun.jna.Memory;
import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.util.OptionalInt;

/** What standard output is. */
final class Terminal {
    private static final int STANDARD_OUTPUT = 1;
    private static final long TIOCGWINSZ = Platform.isMac() ? 0x40087468 : 0x5413;
    private static final int WINSIZE_BYTES = 4 * Short.BYTES;

    private Terminal() {}

    /** The C library's; the Java library that draws the line would start a process for each look. */
    private interface C extends Library {
        int ioctl(int file, long request, Object... arguments);
    }

    /** Whether someone looks at standard output, on something that can draw a line over itself. */
    static boolean isThere() {
        if ("dumb".equals(System.getenv("TERM"))) {
            return false;
        }
        // Not System.console(), which also asks for a keyboard, and from Java 22 on is there for anything.
        NativeLibrary library = NativeLibrary.getInstance(Platform.isWindows() ? "msvcrt" : "c");
        String function = Platform.isWindows() ? "_isatty" : "isatty";
        return library.getFunction(function).invokeInt(new Object[] {STANDARD_OUTPUT}) != 0;
    }

    /** Its width now; empty where it does not say. */
    static OptionalInt columns() {
        if (Platform.isWindows()) {
            return OptionalInt.empty();
        }
        try (Memory winsize = new Memory(WINSIZE_BYTES)) {
            winsize.clear();
            int status = Native.load("c", C.class).ioctl(STANDARD_OUTPUT, TIOCGWINSZ, winsize);
            int columns = Short.toUnsignedInt(winsize.getShort(Short.BYTES));
            return status == 0 && columns > 0 ? OptionalInt.of(columns) : OptionalInt.empty();
        }
    }
}

package ai.flightmind.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/** How the memory of this process that is really there grows. Linux tells. */
final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path RESET = Path.of("/proc/self/clear_refs");

    /** What has the kernel begin the peak anew. */
    private static final String PEAK = "5";

    private ResidentMemory() {}

    /** By how many bytes it was larger at its peak during an action than before; empty where that is not told. */
    static OptionalLong growth(Runnable action) {
        try {
            Files.writeString(RESET, PEAK);
            long before = kibibytes("VmRSS:");
            action.run();
            return OptionalLong.of((kibibytes("VmHWM:") - before) << 10);
        } catch (IOException notTold) {
            return OptionalLong.empty();
        }
    }

    private static long kibibytes(String name) throws IOException {
        for (String line : Files.readAllLines(STATUS)) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("\\D", ""));
            }
        }
        throw new IOException(STATUS + " has no " + name);
    }
}

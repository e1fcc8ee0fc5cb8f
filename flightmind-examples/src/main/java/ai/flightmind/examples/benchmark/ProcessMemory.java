package ai.flightmind.examples.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The resident memory of this process, Java's heap and libraries among it, as Linux tells it. */
final class ProcessMemory implements MemoryMeter {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path RESET = Path.of("/proc/self/clear_refs");
    private static final String RESET_PEAK = "5";

    @Override
    public String of() {
        return "the process";
    }

    @Override
    public Optional<Long> nowBytes() {
        return read("VmRSS:");
    }

    @Override
    public Optional<Long> peakBytes() {
        return read("VmHWM:");
    }

    private static Optional<Long> read(String name) {
        if (!Files.isReadable(STATUS)) {
            return Optional.empty();
        }
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(name))
                    .map(line -> 1_024 * Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst();
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    @Override
    public boolean restart() {
        try {
            Files.writeString(RESET, RESET_PEAK);
            return true;
        } catch (IOException e) {
            return false; // in a sandbox, or not on Linux
        }
    }
}

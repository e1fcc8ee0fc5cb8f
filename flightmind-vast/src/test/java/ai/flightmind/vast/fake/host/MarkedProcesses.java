package ai.flightmind.vast.fake.host;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Processes that carry a mark in their environment, and so do all that they start, whatever session they are in. Needs
 * Linux's {@code /proc}.
 */
final class MarkedProcesses {
    static final String NAME = "FLIGHTMIND_PRETEND_MACHINE";
    private static final Path PROC = Path.of("/proc");

    private final String mark;

    MarkedProcesses(String mark) {
        this.mark = mark;
    }

    String mark() {
        return mark;
    }

    static boolean canBeFound() {
        return Files.isReadable(PROC.resolve("self").resolve("environ"));
    }

    /** Kills all, and those that they start meanwhile. */
    void kill() {
        for (List<ProcessHandle> found = find(); !found.isEmpty(); found = find()) {
            found.forEach(ProcessHandle::destroyForcibly);
            found.forEach(process -> process.onExit().join());
        }
    }

    List<ProcessHandle> find() {
        List<ProcessHandle> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(PROC)) {
            for (Path entry : entries.toList()) {
                String name = entry.getFileName().toString();
                if (Character.isDigit(name.charAt(0)) && isMarked(entry)) {
                    ProcessHandle.of(Long.parseLong(name))
                            .filter(ProcessHandle::isAlive)
                            .ifPresent(found::add);
                }
            }
        } catch (IOException e) {
            throw new IllegalStateException("The processes of this machine cannot be listed.", e);
        }
        return found;
    }

    /** The environment of one that has ended is empty. */
    private boolean isMarked(Path process) {
        try {
            byte[] environment = Files.readAllBytes(process.resolve("environ"));
            return new String(environment, StandardCharsets.ISO_8859_1).contains(NAME + "=" + mark + "\0");
        } catch (IOException e) {
            return false; // gone, or another user's
        }
    }
}

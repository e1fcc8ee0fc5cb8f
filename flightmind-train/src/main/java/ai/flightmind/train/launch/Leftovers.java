package ai.flightmind.train.launch;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Processes that ranks have started and left behind. Those of a rank that was killed belong to nobody any more; on Linux
 * they are still known by an environment variable that they inherited.
 */
final class Leftovers {
    /** The environment variable; its value is different for each attempt. */
    static final String MARK = "FLIGHTMIND_LAUNCH";

    private static final int ROUNDS = 5;
    private static final Duration ROUND = Duration.ofSeconds(1);

    private Leftovers() {}

    /** Kills all that carry the mark, and those given. */
    static void kill(String mark, Collection<ProcessHandle> known) {
        Set<ProcessHandle> left = new HashSet<>(known);
        left.removeIf(process -> !process.isAlive());
        left.addAll(marked(mark));
        // Again, for one that was being started while we looked.
        for (int round = 0; round < ROUNDS && !left.isEmpty(); round++) {
            left.forEach(ProcessHandle::destroyForcibly);
            awaitEnd(left, ROUND);
            left = marked(mark);
        }
    }

    private static Set<ProcessHandle> marked(String mark) {
        Set<ProcessHandle> found = new HashSet<>();
        if (!Files.isDirectory(Path.of("/proc/self"))) {
            return found;
        }
        String entry = "\0" + MARK + "=" + mark + "\0";
        ProcessHandle.allProcesses()
                .filter(process -> !process.equals(ProcessHandle.current()))
                .filter(process -> ("\0" + environment(process)).contains(entry))
                .forEach(found::add);
        return found;
    }

    private static String environment(ProcessHandle process) {
        try {
            return Files.readString(Path.of("/proc/" + process.pid() + "/environ"), StandardCharsets.ISO_8859_1);
        } catch (IOException endedOrOfAnotherUser) {
            return "";
        }
    }

    /** Whether all end within the time. Does not return early for an interrupt, which stays set. */
    static boolean awaitEnd(Collection<ProcessHandle> processes, Duration time) {
        CompletableFuture<Void> all = CompletableFuture.allOf(
                processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new));
        long deadline = System.nanoTime() + time.toNanos();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    all.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
                    return true;
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (TimeoutException e) {
                    return false;
                } catch (ExecutionException e) {
                    throw new IllegalStateException("Waiting for a process failed", e);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}

package ai.flightmind.vast.run;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test that leaves threads of runs or of their lines behind. */
final class RunLeaks implements BeforeEachCallback, AfterEachCallback {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private Set<Thread> before = Set.of();

    @Override
    public void beforeEach(ExtensionContext context) {
        before = Set.copyOf(ours());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!fresh().isEmpty() && System.nanoTime() < deadline) {
            LockSupport.parkNanos(10_000_000);
        }
        if (!fresh().isEmpty()) {
            throw new AssertionError("Threads left behind: " + fresh());
        }
    }

    private List<Thread> fresh() {
        return ours().stream().filter(thread -> !before.contains(thread)).toList();
    }

    private static List<Thread> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().matches("(run-|ssh-|sshj-|bucket-).*"))
                .toList();
    }
}

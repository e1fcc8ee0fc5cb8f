package ai.flightmind.vast.ssh;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test that leaves threads of sessions, or of the library below them, behind. */
public class Leaks implements BeforeEachCallback, AfterEachCallback {
    private final Pattern names;
    private Set<Thread> before = Set.of();

    public Leaks() {
        this("(ssh-|sshj-).*");
    }

    /** @param names of the threads that are looked for, as a regular expression */
    protected Leaks(String names) {
        this.names = Pattern.compile(names);
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        before = Set.copyOf(ours());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        List<Thread> left = await(Duration.ofSeconds(10), () -> fresh().isEmpty()) ? List.of() : fresh();
        if (!left.isEmpty()) {
            throw new AssertionError("Threads left behind: " + left);
        }
    }

    /** Polls a condition that nobody announces. */
    public static boolean await(Duration atMost, BooleanSupplier condition) {
        long deadline = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                return false;
            }
            LockSupport.parkNanos(10_000_000);
        }
        return true;
    }

    private List<Thread> fresh() {
        return ours().stream().filter(thread -> !before.contains(thread)).collect(Collectors.toList());
    }

    private List<Thread> ours() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(Thread::isAlive)
                .filter(thread -> names.matcher(thread.getName()).matches())
                .toList();
    }
}

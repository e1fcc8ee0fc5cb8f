package ai.flightmind.vast.bucket;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

/** What a closed bucket must not leave behind. */
final class Leaks {
    private Leaks() {}

    /** Threads that ended their work may take a moment to be gone: each is waited for. */
    static void assertNone() throws InterruptedException {
        List<Thread> left = Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("bucket-work-")
                        || thread.getName().startsWith("proxy-"))
                .toList();
        for (Thread thread : left) {
            thread.join(5000);
        }
        assertThat(left).noneMatch(Thread::isAlive);
    }
}

package ai.flightmind.vast.run;

import ai.flightmind.vast.ssh.file.TransferProgress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Tells of transfers that take a while, now and then. */
final class TransferEvents {
    private static final Duration BETWEEN = Duration.ofSeconds(2);

    private TransferEvents() {}

    static TransferProgress of(RunContext run, String what) {
        long between = run.cloud().time().byWallClock(BETWEEN).toNanos();
        AtomicLong last = new AtomicLong(System.nanoTime());
        return (doneBytes, totalBytes) -> {
            long before = last.get();
            long now = System.nanoTime();
            if (now - before >= between && last.compareAndSet(before, now)) {
                run.tell(new RunEvent.Transfer(what, doneBytes, totalBytes));
            }
        };
    }
}

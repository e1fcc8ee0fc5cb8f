package ai.flightmind.train.progress;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.function.LongFunction;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Shows how far something is that has a number: bytes of an upload, documents tokenized. One live line on a terminal, a plain
 * line every ten seconds and at the end where standard output is none.
 *
 * <pre>{@code
 * try (LiveLine line = LiveLine.bytes("upload")) {
 *   files.upload(data, remote, line::at);
 * }
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class LiveLine implements AutoCloseable {
    private static final long PLAIN_INTERVAL_NANOS = Duration.ofSeconds(10).toNanos();
    private static final int PLAIN_COLUMNS = 200;
    private static final long UNKNOWN = -1;

    private final PrintStream out;
    private final String task;
    private final LongFunction<String> amount;
    private final LongSupplier nanoTime;
    private final long beginNanos;
    private final @Nullable Display display;
    private long done;
    private long total = UNKNOWN;
    private long before = UNKNOWN;
    private long printedNanos;

    LiveLine(PrintStream out, String task, LongFunction<String> amount, boolean live, LongSupplier nanoTime) {
        this.out = out;
        this.task = task;
        this.amount = amount;
        this.nanoTime = nanoTime;
        this.beginNanos = nanoTime.getAsLong();
        this.printedNanos = beginNanos;
        this.display = live ? Display.open(out, this::text) : null;
    }

    /** Counts bytes. */
    public static LiveLine bytes(String task) {
        return new LiveLine(System.out, task, Columns::bytes, Terminal.isThere(), System::nanoTime);
    }

    /**
     * Counts something else.
     *
     * @param unit what, in the plural, as {@code documents}
     */
    public static LiveLine count(String task, String unit) {
        return new LiveLine(
                System.out,
                task,
                number -> String.format(Locale.ROOT, "%,d %s", number, unit),
                Terminal.isThere(),
                System::nanoTime);
    }

    /**
     * So much is done. What was there at the first call does not count for the speed.
     *
     * @param total how much there is; −1 if that is not known
     */
    public void at(long done, long total) {
        String plainLine = null;
        synchronized (this) {
            this.done = done;
            this.total = total;
            if (before == UNKNOWN) {
                before = done;
            }
            long now = nanoTime.getAsLong();
            if (display == null && now - printedNanos >= PLAIN_INTERVAL_NANOS) {
                printedNanos = now;
                plainLine = text(PLAIN_COLUMNS);
            }
        }
        if (plainLine != null) {
            out.println(plainLine);
        }
    }

    private synchronized String text(int columns) {
        double seconds = Math.max(1e-9, (nanoTime.getAsLong() - beginNanos) / 1e9);
        double perSecond = Math.max(0, done - Math.max(0, before)) / seconds;
        Columns line = new Columns().add(0, "%s", task);
        if (total > 0) {
            line.add(1, "%.1f %%", 100.0 * done / total).add(2, "%s of %s", amount.apply(done), amount.apply(total));
        } else {
            line.add(2, "%s", amount.apply(done));
        }
        line.add(3, "%s/s", amount.apply(Math.round(perSecond)));
        if (done < total && perSecond > 0) {
            line.add(4, "%s left", Columns.clock(Duration.ofSeconds(Math.round((total - done) / perSecond))));
        } else {
            line.add(4, "%s", Columns.clock(Duration.ofSeconds(Math.round(seconds))));
        }
        return line.fit(columns);
    }

    /** Shows how it ended. */
    @Override
    public void close() {
        if (display == null) {
            out.println(text(PLAIN_COLUMNS));
        } else {
            display.close();
        }
    }
}

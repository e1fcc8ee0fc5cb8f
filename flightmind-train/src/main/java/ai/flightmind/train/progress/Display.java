package ai.flightmind.train.progress;

import java.io.PrintStream;
import java.util.function.IntFunction;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** The line on the terminal, drawn twice a second by the library's thread. The one place that knows the library. */
final class Display implements AutoCloseable {
    private static final int INTERVAL_MILLIS = 500;
    private static final String LIBRARY = "me.tongfei:progressbar:0.10.2";

    private final Screen screen;
    private final ProgressBar bar;
    private final IntFunction<String> line;

    private Display(Screen screen, ProgressBar bar, IntFunction<String> line) {
        this.screen = screen;
        this.bar = bar;
        this.line = line;
    }

    /**
     * Begins to draw.
     *
     * @param line gives the line for so many columns; called on the library's thread
     */
    static Display open(PrintStream out, IntFunction<String> line) {
        try {
            Screen screen = new Screen(out);
            ProgressBar bar = new ProgressBarBuilder()
                    .setInitialMax(1)
                    .setConsumer(screen)
                    .setRenderer((state, columns) -> line.apply(columns))
                    .setUpdateIntervalMillis(INTERVAL_MILLIS)
                    .continuousUpdate()
                    .build();
            return new Display(screen, bar, line);
        } catch (NoClassDefFoundError e) {
            throw new IllegalStateException(
                    "A live line needs the library " + LIBRARY + ": add it to the class path, or print plain lines with"
                            + " ConsoleProgress.",
                    e);
        }
    }

    /** Prints something that stays, above the line. */
    void above(String text) {
        screen.above(text);
    }

    /** Leaves the line as it is now, and goes on below it. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted(); // which is a request to stop; the library would lose it
        bar.close();
        screen.end(line.apply(screen.getMaxRenderedLength()));
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Screen extends ConsoleProgressBarConsumer {
        private static final String BEGIN_AND_CLEAR = "\r\u001b[K";
        private static final int DEFAULT_COLUMNS = 80;

        private final PrintStream out;
        private String shown = "";

        Screen(PrintStream out) {
            super(out);
            this.out = out;
        }

        /** One less than there are: a full line would go on in the next. */
        @Override
        public int getMaxRenderedLength() {
            return Terminal.columns().orElse(DEFAULT_COLUMNS) - 1;
        }

        @Override
        public synchronized void accept(String line) {
            shown = line;
            out.print(BEGIN_AND_CLEAR + line);
            out.flush();
        }

        synchronized void above(String text) {
            out.print(BEGIN_AND_CLEAR + text + System.lineSeparator() + shown);
            out.flush();
        }

        /** The library ends a line that it has drawn twice at least; a short task is over before. */
        @Override
        public void close() {}

        synchronized void end(String line) {
            out.println(BEGIN_AND_CLEAR + line);
            out.flush();
        }
    }
}

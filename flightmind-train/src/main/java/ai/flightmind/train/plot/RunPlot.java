package ai.flightmind.train.plot;

import ai.flightmind.train.metrics.RunMetrics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One quantity of one or several runs over their steps. An immutable value.
 *
 * <pre>{@code
 * RunPlot.builder(Quantity.LOSS)
 *     .run("d12", RunMetrics.read(Path.of("d12/metrics.jsonl")))
 *     .run("d24", RunMetrics.read(Path.of("d24/metrics.jsonl")))
 *     .logX()
 *     .build()
 *     .writePng(Path.of("loss.png"));
 * }</pre>
 *
 * <p>A smoothed curve has the values themselves pale behind it. Dashed lines stand where a run was resumed, a diamond where its
 * validation loss was lowest. However many steps there are, nothing of a spike is lost.
 */
public final class RunPlot {
    private final Quantity quantity;
    private final String title;
    private final List<PlottedRun> runs;
    private final double smoothing;
    private final boolean logX;
    private final boolean logY;
    private final int width;
    private final int height;

    /** A run in a plot, with the first steps of its later processes. */
    record PlottedRun(String name, RunMetrics metrics, List<Long> resumedAt) {}

    private RunPlot(Builder builder) {
        this.quantity = builder.quantity;
        this.title = builder.title == null ? "" : builder.title;
        this.runs = List.copyOf(builder.runs);
        this.smoothing = builder.smoothingOrDefault();
        this.logX = builder.logX;
        this.logY = builder.logY;
        this.width = builder.width;
        this.height = builder.height;
    }

    /** Required: at least one run. */
    public static Builder builder(Quantity quantity) {
        return new Builder(quantity);
    }

    Quantity quantity() {
        return quantity;
    }

    String title() {
        return title;
    }

    List<PlottedRun> runs() {
        return runs;
    }

    double smoothing() {
        return smoothing;
    }

    boolean logX() {
        return logX;
    }

    boolean logY() {
        return logY;
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /**
     * As a PNG.
     *
     * @throws IllegalStateException if the library is not on the class path, or the machine has no font; it says what to do
     */
    public byte[] png() {
        return Drawing.png(this);
    }

    /**
     * As an SVG document.
     *
     * @throws IllegalStateException as {@link #png}
     */
    public String svg() {
        return Drawing.svg(this);
    }

    /** What is plotted, of which runs. */
    @Override
    public String toString() {
        return runs.stream().map(PlottedRun::name).collect(Collectors.joining(", ", quantity.axis() + " of ", ""));
    }

    /** Writes {@link #png}. */
    public void writePng(Path file) {
        write(file, png());
    }

    /** Writes {@link #svg}. */
    public void writeSvg(Path file) {
        write(file, svg().getBytes(StandardCharsets.UTF_8));
    }

    private static void write(Path file, byte[] picture) {
        try {
            Files.write(file, picture);
        } catch (IOException e) {
            throw new UncheckedIOException("The plot cannot be written to " + file + ": " + e.getMessage(), e);
        }
    }

    /** Builds a {@link RunPlot}. Required: at least one run. */
    public static final class Builder {
        private static final double AVERAGES_PER_RUN = 300;
        private static final int MIN_PIXELS = 200;

        private final Quantity quantity;
        private final List<PlottedRun> runs = new ArrayList<>();
        private @Nullable String title;
        private @Nullable Double smoothing;
        private boolean logX;
        private boolean logY;
        private int width = 1_000;
        private int height = 560;

        private Builder(Quantity quantity) {
            this.quantity = quantity;
        }

        /** Adds a run, resumed where its metrics show it. */
        public Builder run(String name, RunMetrics metrics) {
            return run(name, metrics, metrics.joints());
        }

        /**
         * Adds a run.
         *
         * @param resumedAt the first steps of its later processes
         */
        public Builder run(String name, RunMetrics metrics, List<Long> resumedAt) {
            this.runs.add(new PlottedRun(name, metrics, List.copyOf(resumedAt)));
            return this;
        }

        /** Default: none. */
        public Builder title(String title) {
            this.title = title;
            return this;
        }

        /**
         * As TensorBoard's; from 0 (none) to below 1. By default the average is of about a three-hundredth of the longest run; the
         * learning rate and the cost are not smoothed.
         */
        public Builder smoothing(double smoothing) {
            if (!(smoothing >= 0 && smoothing < 1)) {
                throw new IllegalArgumentException("Smoothing is from 0 to below 1, not " + smoothing);
            }
            this.smoothing = smoothing;
            return this;
        }

        private double smoothingOrDefault() {
            if (smoothing != null) {
                return smoothing;
            }
            int longest = runs.stream()
                    .mapToInt(run -> run.metrics().steps().size())
                    .max()
                    .orElse(0);
            boolean smoothItself = quantity == Quantity.LEARNING_RATE || quantity == Quantity.COST;
            return smoothItself || longest <= AVERAGES_PER_RUN ? 0 : 1 - AVERAGES_PER_RUN / longest;
        }

        /** A logarithmic axis of steps. */
        public Builder logX() {
            this.logX = true;
            return this;
        }

        /** A logarithmic axis of values; those that are not above 0 are left out. */
        public Builder logY() {
            this.logY = true;
            return this;
        }

        /** In pixels; default 1,000 × 560, at least 200 each. */
        public Builder size(int width, int height) {
            if (width < MIN_PIXELS || height < MIN_PIXELS) {
                throw new IllegalArgumentException(
                        "A plot is at least 200 pixels wide and high, not " + width + " x " + height);
            }
            this.width = width;
            this.height = height;
            return this;
        }

        /**
         * The plot.
         *
         * @throws IllegalArgumentException if there is no run, or two of one name
         */
        public RunPlot build() {
            if (runs.isEmpty()) {
                throw new IllegalArgumentException("A plot needs at least one run");
            }
            if (runs.stream().map(PlottedRun::name).distinct().count() < runs.size()) {
                throw new IllegalArgumentException("The runs of a plot need a name each");
            }
            return new RunPlot(this);
        }
    }
}

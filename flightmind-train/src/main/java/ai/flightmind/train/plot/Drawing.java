package ai.flightmind.train.plot;

import ai.flightmind.train.metrics.StepMetrics;
import de.erichseifert.vectorgraphics2d.Processors;
import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import javax.imageio.ImageIO;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws a plot. The one place that knows the library. */
final class Drawing {
    private static final List<Color> COLOURS = List.of(
            new Color(0x1f5fa8), new Color(0xc8501e), new Color(0x2b8a4b), new Color(0x8a3fa0), new Color(0x8c6d1f));
    private static final int WHITE = 255;
    private static final double TINT = 0.3;
    private static final double ODD_SHARE = 0.3717;
    private static final int X_TICK_PIXELS = 90;
    private static final int Y_TICK_PIXELS = 45;
    private static final Color GRID = new Color(0xe4e4e4);
    private static final Color INK = new Color(0x333333);
    private static final float[] DASHES = {6, 5};
    private static final float[] DOTS = {3, 3};

    private final RunPlot plot;
    private final XYChart chart;

    private Drawing(RunPlot plot) {
        this.plot = plot;
        this.chart = new XYChartBuilder()
                .width(plot.width())
                .height(plot.height())
                .title(plot.title())
                .xAxisTitle("steps done")
                .yAxisTitle(plot.quantity().axis())
                .build();
    }

    static byte[] png(RunPlot plot) {
        return drawn(plot, chart -> {
                    BufferedImage image = new BufferedImage(plot.width(), plot.height(), BufferedImage.TYPE_INT_RGB);
                    Graphics2D graphics = image.createGraphics();
                    graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
                    graphics.setRenderingHint(
                            RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
                    chart.paint(graphics, plot.width(), plot.height());
                    graphics.dispose();
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    ImageIO.write(image, "png", out);
                    return out;
                })
                .toByteArray();
    }

    static String svg(RunPlot plot) {
        return SvgLines.joined(drawn(plot, chart -> {
                    VectorGraphics2D graphics = new VectorGraphics2D();
                    chart.paint(graphics, plot.width(), plot.height());
                    ByteArrayOutputStream out = new ByteArrayOutputStream();
                    Processors.get("svg")
                            .getDocument(graphics.getCommands(), new PageSize(plot.width(), plot.height()))
                            .writeTo(out);
                    return out;
                })
                .toString(StandardCharsets.UTF_8));
    }

    private interface Canvas {
        ByteArrayOutputStream paint(XYChart chart) throws IOException;
    }

    private static ByteArrayOutputStream drawn(RunPlot plot, Canvas canvas) {
        try {
            return canvas.paint(chart(plot));
        } catch (NoClassDefFoundError | UnsatisfiedLinkError | InternalError e) {
            boolean libraryIsMissing = e.getCause() instanceof ClassNotFoundException;
            throw new IllegalStateException(
                    libraryIsMissing
                            ? "Plots need the libraries org.knowm.xchart:xchart:4.0.3 and, for SVG,"
                                    + " de.erichseifert.vectorgraphics2d:VectorGraphics2D:0.13 on the class path."
                            : "This machine has no fonts for Java to write with: install fontconfig and a font, as Debian's"
                                    + " fonts-dejavu-core, or plot elsewhere from metrics.jsonl.",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static XYChart chart(RunPlot plot) {
        Drawing drawing = new Drawing(plot);
        drawing.style();
        if (plot.smoothing() > 0) {
            drawing.eachRun(drawing::addEachStep);
        }
        drawing.eachRun(drawing::addCurve);
        drawing.makeUneven();
        return drawing.chart;
    }

    private void style() {
        XYStyler style = chart.getStyler();
        style.setChartBackgroundColor(Color.WHITE);
        style.setChartTitleBoxVisible(false);
        style.setPlotBorderVisible(false);
        style.setPlotGridLinesColor(GRID);
        style.setPlotGridLinesStroke(new BasicStroke(1));
        style.setAxisTickLabelsColor(INK);
        style.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        style.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        style.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        style.setLegendBorderColor(GRID);
        style.setLegendPosition(LegendPosition.OutsideE);
        style.setLegendVisible(plot.runs().size() > 1 || plot.quantity() == Quantity.LOSS);
        style.setXAxisLogarithmic(plot.logX());
        style.setYAxisLogarithmic(plot.logY());
        style.setXAxisLogarithmicDecadeOnly(true);
        style.setYAxisLogarithmicDecadeOnly(false);
        style.setLocale(Locale.ROOT);
        style.setXAxisDecimalPattern("#,##0");
        style.setYAxisDecimalPattern(plot.quantity() == Quantity.LEARNING_RATE ? "0.##E0" : "#,##0.####");
        style.setXAxisTickMarkSpacingHint(X_TICK_PIXELS);
        style.setYAxisTickMarkSpacingHint(Y_TICK_PIXELS);
        style.setAnnotationLineColor(tint(INK));
        style.setAnnotationLineStroke(dashed(1, DASHES));
    }

    private void eachRun(BiConsumer<RunPlot.PlottedRun, Color> what) {
        for (int i = 0; i < plot.runs().size(); i++) {
            what.accept(plot.runs().get(i), COLOURS.get(i % COLOURS.size()));
        }
    }

    private Curve curve(RunPlot.PlottedRun run) {
        return Curve.of(run.metrics(), plot.quantity()::of, plot.logY());
    }

    private void addEachStep(RunPlot.PlottedRun run, Color colour) {
        if (curve(run).points() > 0) {
            add(run.name() + ", each step", curve(run), tint(colour), 1f).setShowInLegend(false);
        }
    }

    private void addCurve(RunPlot.PlottedRun run, Color colour) {
        if (curve(run).points() > 0) {
            add(run.name(), curve(run).smoothed(plot.smoothing()), colour, 1.8f);
        }
        if (plot.quantity() == Quantity.LOSS) {
            addValidation(run, colour.darker());
        }
        for (long step : run.resumedAt()) {
            chart.addAnnotation(new AnnotationLine(step + 0.5, true, false));
        }
    }

    private XYSeries add(String name, Curve curve, Color colour, float width) {
        Curve thin = curve.thinned(plot.width(), plot.logX());
        XYSeries series = chart.addSeries(name, thin.x(), thin.y());
        series.setMarker(SeriesMarkers.NONE);
        series.setLineColor(colour);
        series.setLineWidth(width);
        return series;
    }

    /**
     * The library puts no round numbers on an axis whose values are all equally far apart, as steps are, but some of the
     * values. A point that is not seen makes them uneven.
     */
    private void makeUneven() {
        Curve first = curve(plot.runs().get(0));
        if (first.points() > 1) {
            DoubleSummaryStatistics y = Arrays.stream(first.y()).summaryStatistics();
            double lastX = first.x()[first.points() - 1];
            double[] oddX = {first.x()[0] + ODD_SHARE * (lastX - first.x()[0])};
            double[] oddY = {y.getMin() + ODD_SHARE * (y.getMax() - y.getMin())};
            XYSeries unseen = chart.addSeries(" ", oddX, oddY);
            unseen.setMarker(SeriesMarkers.NONE);
            unseen.setShowInLegend(false);
        }
    }

    private void addValidation(RunPlot.PlottedRun run, Color colour) {
        Curve validation = Curve.of(run.metrics(), StepMetrics::validationLoss, plot.logY());
        if (validation.points() == 0) {
            return;
        }
        XYSeries series = add(run.name() + ", validation", validation, colour, 1.8f);
        series.setLineStyle(dashed(1.8f, DOTS));
        run.metrics().best().ifPresent(best -> {
            double loss = best.validationLoss().getAsDouble();
            String name = String.format(Locale.ROOT, "%s, best: %.4f at step %,d", run.name(), loss, best.step());
            XYSeries mark = chart.addSeries(name, new double[] {best.step() + 1.0}, new double[] {loss});
            mark.setMarker(SeriesMarkers.DIAMOND);
            mark.setMarkerColor(colour);
            mark.setLineColor(new Color(0, true));
        });
    }

    private static BasicStroke dashed(float width, float[] pattern) {
        return new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_BEVEL, 0, pattern, 0);
    }

    /** Paler, and not transparent: where a curve lies over itself it would be dark again. */
    private static Color tint(Color colour) {
        return new Color(tint(colour.getRed()), tint(colour.getGreen()), tint(colour.getBlue()));
    }

    private static int tint(int part) {
        return (int) Math.round(WHITE - (WHITE - part) * TINT);
    }
}

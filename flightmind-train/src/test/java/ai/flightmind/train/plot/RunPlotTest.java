package ai.flightmind.train.plot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.train.metrics.RunMetrics;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class RunPlotTest {
    private static final int BLUE = 0xff1f5fa8;

    @TempDir
    Path dir;

    @ParameterizedTest
    @EnumSource(Quantity.class)
    void everyQuantityIsDrawn(Quantity quantity) throws IOException {
        BufferedImage image = image(plot(quantity, 300).size(640, 400).build().png());

        assertThat(image.getWidth()).isEqualTo(640);
        assertThat(image.getHeight()).isEqualTo(400);
        assertThat(pixels(image, BLUE)).as("pixels of the curve").isGreaterThan(100);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 10, 100_000})
    void runOfAnyLengthIsDrawnOnAnyAxes(int steps) throws Exception {
        RunPlot.Builder plot = plot(Quantity.LOSS, steps);

        plot.build().writePng(dir.resolve("linear.png"));
        plot.logX().logY().build().writeSvg(dir.resolve("log.svg"));

        assertThat(ImageIO.read(dir.resolve("linear.png").toFile()).getWidth()).isEqualTo(1_000);
        assertThat(xml(Files.readString(dir.resolve("log.svg"))).getTagName()).isEqualTo("svg");
    }

    @Test
    void curveIsOneElementOfAnSvg() throws Exception {
        Element svg = xml(plot(Quantity.LEARNING_RATE, 5_000).build().svg());

        NodeList polylines = svg.getElementsByTagName("polyline");
        int longest = IntStream.range(0, polylines.getLength())
                .map(i -> ((Element) polylines.item(i)).getAttribute("points").split(" ").length)
                .max()
                .orElseThrow();
        assertThat(longest).isGreaterThan(1_500);
        assertThat(polylines.getLength()).isLessThan(100);
        assertThat(svg.getElementsByTagName("line").getLength()).isZero();
    }

    @Test
    void severalRunsResumesAndBestsAreTold() {
        RunMetrics run = run(100);

        String one = RunPlot.builder(Quantity.LOSS).run("a", run).build().svg();
        String two = RunPlot.builder(Quantity.LOSS)
                .run("a", run, List.of(30L, 60L))
                .run("b", run)
                .build()
                .svg();

        assertThat(one).doesNotContain("dasharray:6,5");
        assertThat(two.split("dasharray:6,5")).as("dashed lines of two resumes").hasSize(3);
        assertThat(two).contains("rgb(31,95,168)", "rgb(200,80,30)");
    }

    @Test
    void runWithoutTheQuantityIsAnEmptyPlot() throws IOException {
        RunMetrics empty =
                RunMetrics.read(Files.writeString(dir.resolve("empty.jsonl"), "{\"step\":0,\"loss\":null}\n"));

        assertThat(image(RunPlot.builder(Quantity.LOSS).run("a", empty).build().png())
                        .getWidth())
                .isEqualTo(1_000);
    }

    @Test
    void hundredThousandLinesAreReadAndPlottedInUnderTwoSeconds() throws IOException {
        Path file = write(100_000);
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        long best = Long.MAX_VALUE;
        for (int attempt = 0; attempt < 3; attempt++) {
            long begin = threads.getCurrentThreadCpuTime(); // the clock would count the other tests' work, too
            RunPlot.builder(Quantity.LOSS)
                    .run("long", RunMetrics.read(file))
                    .build()
                    .writePng(dir.resolve("long.png"));
            best = Math.min(best, threads.getCurrentThreadCpuTime() - begin);
        }

        assertThat(best / 1e9).as("seconds").isLessThan(2);
    }

    @Test
    void thinnedCurveKeepsEverySpikeAndItsEnds() {
        double[] x = new double[50_000];
        double[] y = new double[x.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = i + 1;
            y[i] = i == 31_415 ? 99 : i == 27_182 ? -99 : 1;
        }

        for (boolean logarithmic : List.of(false, true)) {
            Curve thin = new Curve(x, y).thinned(500, logarithmic);

            assertThat(thin.points()).isLessThanOrEqualTo(4 * 501);
            assertThat(thin.y()).contains(99, -99);
            assertThat(thin.x()).isSorted().startsWith(1).endsWith(50_000).doesNotHaveDuplicates();
        }
    }

    @Test
    void smoothingFollowsTheLengthOfTheRun() {
        assertThat(plot(Quantity.LOSS, 10).build().smoothing()).isZero();
        assertThat(plot(Quantity.LOSS, 30_000).build().smoothing()).isEqualTo(0.99);
        assertThat(plot(Quantity.LOSS, 30_000).smoothing(0.5).build().smoothing())
                .isEqualTo(0.5);
        assertThat(plot(Quantity.LEARNING_RATE, 30_000).build().smoothing()).isZero();
    }

    @Test
    void plotsThatCannotBeAreRefused() {
        assertThatThrownBy(() -> RunPlot.builder(Quantity.LOSS).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("at least one run");
        assertThatThrownBy(() -> plot(Quantity.LOSS, 1).run("run", run(1)).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a name each");
        assertThatThrownBy(() -> plot(Quantity.LOSS, 1).size(100, 500))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("100 x 500");
        assertThatThrownBy(() -> plot(Quantity.LOSS, 1).smoothing(1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1.0");
    }

    private RunPlot.Builder plot(Quantity quantity, int steps) {
        return RunPlot.builder(quantity).run("run", run(steps));
    }

    private RunMetrics run(int steps) {
        try {
            return RunMetrics.read(write(steps));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path write(int steps) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int step = 0; step < steps; step++) {
            double noise = (step * 7_919 % 1_000) / 10_000.0;
            lines.append("{\"step\":").append(step);
            lines.append(",\"loss\":").append(2 + 8.0 / (1 + step * 0.01) + noise);
            lines.append(",\"lr\":").append(6e-4 * (1 + Math.cos(step * 3.1 / steps)));
            lines.append(",\"grad_norm\":").append(0.5 + noise);
            lines.append(",\"tokens_per_second\":").append(175_000 * (1 + noise));
            lines.append(",\"mfu\":").append(0.4 + noise);
            lines.append(",\"dollars\":").append(step * 0.01);
            if (step % Math.max(1, steps / 20) == 0) {
                lines.append(",\"val_loss\":").append(2.1 + 8.0 / (1 + step * 0.01));
            }
            lines.append("}\n");
        }
        return Files.writeString(dir.resolve(steps + ".jsonl"), lines);
    }

    private static BufferedImage image(byte[] png) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    private static long pixels(BufferedImage image, int colour) {
        int[] pixels = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        return Arrays.stream(pixels).filter(pixel -> pixel == colour).count();
    }

    private static Element xml(String svg) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature("http://apache.org/xml/features/nonvalidating/load-external-dtd", false);
        return factory.newDocumentBuilder()
                .parse(new ByteArrayInputStream(svg.getBytes(StandardCharsets.UTF_8)))
                .getDocumentElement();
    }
}

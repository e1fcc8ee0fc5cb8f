package ai.flightmind.examples.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.cost.CostEstimate;
import ai.flightmind.vast.cost.GpuType;
import ai.flightmind.vast.cost.Workload;
import ai.flightmind.vast.offer.Offer;
import ai.flightmind.vast.offer.Offers;
import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.LanguageInfo;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ViewsTest {
    private static final Offers OFFERS = Offers.of(List.of(
            Offer.fromJson(Map.of("id", 6_995_713.0, "gpu_name", "<H100>", "num_gpus", 4.0, "dph_total", 8.25))));

    private static final CostEstimate ESTIMATE = CostEstimate.of(
                    Workload.training(956_000_000, 42_200_000_000L), GpuType.H100_SXM, 4)
            .withOnDemandPrice(2);

    /** A kernel on IJava's library. */
    private static final class EmptyKernel extends BaseKernel {
        @Override
        public DisplayData eval(String code) {
            return new DisplayData(code);
        }

        @Override
        public LanguageInfo getLanguageInfo() {
            return new LanguageInfo.Builder("Java").build();
        }
    }

    private static String inIJava(Object value) {
        BaseKernel kernel = new EmptyKernel();
        Views.register(new IJavaKernel(kernel));
        return String.valueOf(kernel.getRenderer()
                .render(value)
                .getData(io.github.spencerpark.jupyter.kernel.display.mime.MIMEType.TEXT_HTML));
    }

    private static String inJJava(Object value) {
        ShellKernel kernel = ShellKernel.create();
        try {
            new JJavaExtension().install(kernel);
            return String.valueOf(kernel.getRenderer()
                    .render(value)
                    .getData(org.dflib.jjava.jupyter.kernel.display.mime.MIMEType.TEXT_HTML));
        } finally {
            kernel.close();
        }
    }

    @Test
    void offersAreATableInBothKernels() {
        assertThat(inIJava(OFFERS))
                .isEqualTo(inJJava(OFFERS))
                .contains(">6995713<", ">8.250<", ">&lt;H100&gt;<")
                .doesNotContain("null");
    }

    @Test
    void estimateHasNoLineForAPriceThatNobodyGave() {
        assertThat(inIJava(ESTIMATE))
                .isEqualTo(inJJava(ESTIMATE))
                .contains("4 x H100 SXM", "on demand")
                .doesNotContain("interruptible");
    }

    @Test
    void outsideANotebookItIsSaid() {
        assertThatThrownBy(Notebook::attach)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("JJava or IJava");
    }
}

package ai.flightmind.vast.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CostEstimateTest {
    private static final long GUIDES_TOKENS = 95_000L * 524_288;

    /** The guide's models: vocabulary 32,768, d layers of width 64·d. */
    private static Workload model(int depth) {
        long width = 64L * depth;
        long parameters = 32_768 * width + depth * (16 * width * width + 2 * width) + width;
        return Workload.builder().parameters(parameters).tokens(GUIDES_TOKENS).build();
    }

    @ParameterizedTest
    @CsvSource({
        "24, 4, 268, 67, 540, 375",
        "24, 8, 268, 34, 540, 375",
        "32, 4, 621, 155, 1240, 870",
        "32, 8, 621, 78, 1240, 870"
    })
    void theGuidesTableIsReproduced(
            int depth, int gpus, int gpuHours, int hours, double onDemandDollars, double reservedDollars) {
        CostEstimate estimate = CostEstimate.of(model(depth), GpuType.H100_SXM, gpus)
                .withOnDemandPrice(2.00)
                .withInterruptiblePrice(1.40);

        assertThat(Math.round(estimate.gpuHours())).isEqualTo(gpuHours);
        assertThat(Math.round(estimate.wallTime().toMinutes() / 60.0)).isEqualTo(hours);
        assertThat(estimate.onDemandDollars().orElseThrow()).isCloseTo(onDemandDollars, within(5.0));
        assertThat(estimate.interruptibleDollars().orElseThrow()).isCloseTo(reservedDollars, within(5.0));
    }

    @Test
    void aMeasuredThroughputCorrectsTheEstimateOnEveryGpu() {
        Workload planned = model(24);
        Workload measured =
                planned.toBuilder().measured(GpuType.H100_SXM, 4, 175_000).build();

        CostEstimate onH100 = CostEstimate.of(measured, GpuType.H100_SXM, 4);
        assertThat(onH100.tokensPerSecond()).isCloseTo(175_000, within(0.01));
        assertThat(onH100.gpuHours()).isCloseTo(4 * GUIDES_TOKENS / 175_000.0 / 3_600, within(0.001));

        double factor = onH100.gpuHours()
                / CostEstimate.of(planned, GpuType.H100_SXM, 4).gpuHours();
        assertThat(factor).isBetween(1.17, 1.19);
        assertThat(CostEstimate.of(measured, GpuType.A100_SXM4, 8).gpuHours())
                .isCloseTo(
                        factor * CostEstimate.of(planned, GpuType.A100_SXM4, 8).gpuHours(), within(0.001));
        assertThat(measured.toBuilder().build().tokensPerSecond(GpuType.H100_SXM))
                .isEqualTo(measured.tokensPerSecond(GpuType.H100_SXM));
    }

    @Test
    void itPrintsAsOneLine() {
        assertThat(CostEstimate.of(model(24), GpuType.H100_SXM, 4).withOnDemandPrice(2))
                .hasToString("268 GPU-hours, 67 h on 4 x H100 SXM, $536 on demand (planned throughput)");
        assertThat(CostEstimate.of(model(24), GpuType.H100_SXM, 4).onDemandDollars())
                .isEmpty();
    }

    @Test
    void gpuTypesAreFoundByTheServicesNamesAndSayTheirSource() {
        assertThat(GpuType.named("H100_SXM")).contains(GpuType.H100_SXM);
        assertThat(GpuType.named("rtx 4090")).contains(GpuType.RTX_4090);
        assertThat(GpuType.named("GTX 1080")).isEmpty();
        assertThat(GpuType.all())
                .allSatisfy(type ->
                        assertThat(type.source().toLowerCase(Locale.ROOT)).contains("nvidia"))
                .allSatisfy(type -> assertThat(GpuType.named(type.name())).contains(type));
    }

    @Test
    void whatMakesNoSenseIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Workload.builder().tokens(1).build());
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        Workload.builder().parameters(1).tokens(1).diskGb(-1).build());
        assertThatIllegalArgumentException().isThrownBy(() -> Workload.builder().measured(GpuType.H100_SXM, 4, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> CostEstimate.of(model(24), GpuType.H100_SXM, 0));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> CostEstimate.of(model(24), GpuType.H100_SXM, 1).withOnDemandPrice(Double.NaN));
    }
}

package ai.flightmind.examples.benchmark.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.model.Device;
import ai.flightmind.model.Precision;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VariantTest {
    @Test
    void settingsOfEveryKindAreJoined() {
        assertThat(Variant.parse("bf16+--threads=1+one-arena+OPENBLAS_CORETYPE=Haswell+-Xmx2g+phases"))
                .isEqualTo(new Variant(
                        "bf16+--threads=1+one-arena+OPENBLAS_CORETYPE=Haswell+-Xmx2g+phases",
                        Map.of("--precision", "bf16", "--threads", "1", "--phases", "true"),
                        Map.of("MALLOC_ARENA_MAX", "1", "OPENBLAS_CORETYPE", "Haswell"),
                        List.of("-Xmx2g")));
        assertThat(Variant.parse("plain")).isEqualTo(new Variant("plain", Map.of(), Map.of(), List.of()));
    }

    @Test
    void whatIsNoneIsRefusedWithTheNames() {
        assertThatThrownBy(() -> Variant.parse("plain+fp64"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'fp64'")
                .hasMessageContaining("blas-spins, checkpoints, fp32, huge-pages");
    }

    @Test
    void otherPrecisionAndOtherSizesAreWorthTrying() {
        assertThat(Variant.worthTrying(Device.cpu(), Precision.FP32, 4))
                .extracting(Variant::name)
                .startsWith("plain", "bf16", "--batch-size=2", "--batch-size=8", "checkpoints", "--threads=1");
        assertThat(Variant.worthTrying(Device.cpu(), Precision.BF16, 1))
                .extracting(Variant::name)
                .startsWith("plain", "fp32", "--batch-size=2", "checkpoints");
    }
}

package ai.flightmind.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.data.Percentage.withPercentage;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GptConfigTest {
    @ParameterizedTest
    @CsvSource({"8, 50.3e6", "12, 138e6", "16, 302e6", "20, 566e6", "24, 956e6", "32, 2.21e9"})
    void parameterCountsAreTheOriginals(int depth, double parameters) {
        GptConfig config = GptConfig.ofDepth(depth);

        assertThat((double) config.parameterCount()).isCloseTo(parameters, withPercentage(0.5));
        long c = 64L * depth;
        assertThat(config.parameterCount()).isEqualTo(32_768 * c + depth * (16 * c * c + 2 * c) + c);
    }

    @Test
    void everythingDerivesFromTheDepth() {
        GptConfig config = GptConfig.ofDepth(24);

        assertThat(config.width()).isEqualTo(1_536);
        assertThat(config.heads()).isEqualTo(24);
        assertThat(config.mlpWidth()).isEqualTo(6_144);
        assertThat(config.vocabSize()).isEqualTo(32_768);
        assertThat(config.sequenceLength()).isEqualTo(2_048);
        assertThat(config.toBuilder().depth(12).build().width()).isEqualTo(768);
    }

    @Test
    void flopsCountMatricesAndAttention() {
        GptConfig config = GptConfig.ofDepth(24);

        assertThat(config.flopsPerToken(2_048)).isEqualTo(6.0 * config.parameterCount() + 12.0 * 24 * 1_536 * 2_048);
    }

    @Test
    void memoryOfAGpuGrowsWithTheBatchAndShrinksWithBfloat16() {
        GptConfig config = GptConfig.ofDepth(24);
        long state = 16 * config.parameterCount();
        TrainingMemory full = TrainingMemory.of(config, Device.Kind.CUDA, 2_048, Precision.FP32);
        TrainingMemory lowered = TrainingMemory.of(config, Device.Kind.CUDA, 2_048, Precision.BF16);

        assertThat(lowered.bytes(1)).isGreaterThan(state);
        assertThat(lowered.bytes(8)).isGreaterThan(lowered.bytes(4)).isLessThan(full.bytes(8));
    }

    @Test
    void memoryOfACpuGrowsOnlyUntilItsThreadsAreBusy() {
        GptConfig config = GptConfig.ofDepth(8);
        TrainingMemory memory = TrainingMemory.of(config, Device.Kind.CPU, 2_048, Precision.FP32);

        assertThat(memory.sequencesAtOnce()).isBetween(1L, 4L);
        assertThat(memory.bytes(1)).isGreaterThan(16 * config.parameterCount());
        assertThat(memory.bytes(4)).isEqualTo(memory.bytes(64));
        assertThat(config.trainingMemoryBytes(64, 2_048, Precision.FP32)).isEqualTo(memory.bytes(64));
    }

    @ParameterizedTest
    @CsvSource({"0, 512, 64", "-1, 512, 64", "2, 1, 64", "2, 512, 1"})
    void impossibleShapesAreRefused(int depth, int vocabSize, int sequenceLength) {
        GptConfig.Builder builder =
                GptConfig.builder().depth(depth).vocabSize(vocabSize).sequenceLength(sequenceLength);

        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be from");
    }
}

package ai.flightmind.train.distributed;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.train.error.DistributedException;
import java.io.File;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** A process group of one rank goes the whole way, within this process. */
@Timeout(120)
class WorldOfOneTest {
    private static final Ddp ONE = Ddp.builder().rank(0).worldSize(1).build();

    private Gpt model;

    @BeforeEach
    void makeModel() {
        Libtorch.setThreads(1);
        model = Gpt.create(
                GptConfig.builder().depth(1).vocabSize(512).sequenceLength(64).build(), Device.cpu(), seed(1));
        model.fireGradientHooks(true);
    }

    @AfterEach
    void closeModel() {
        model.close();
    }

    private double gradientNorm(World world, int microBatches, int steps) {
        try (GradientReducer reducer = world.reducer(model.parameters());
                PointerScope scope = new PointerScope()) {
            torch.manual_seed(3);
            double norm = 0;
            for (int step = 0; step < steps; step++) {
                for (int micro = 0; micro < microBatches; micro++) {
                    Tensor tokens = torch.randint(512, new long[] {2, 63}, new TensorOptions(ScalarType.Long));
                    reducer.beforeMicroBatch(micro == microBatches - 1);
                    Tensor ignored = model.accumulateGradients(tokens, tokens, reducer.scale() / 126, Precision.FP32);
                }
                Tensor embedding = Objects.requireNonNull(model.parameters().get("tok_emb.weight"));
                norm += embedding.grad().norm().item_double();
                assertThat(reducer.exposedNanos()).isNotNegative();
                reducer.clearGradients(microBatches);
            }
            return norm;
        }
    }

    @Test
    void gradientsAreThoseOfAProcessAlone() {
        try (World alone = Ddp.singleProcess().connect(model.device());
                World one = ONE.connect(model.device())) {
            for (int microBatches : List.of(1, 3)) {
                assertThat(gradientNorm(one, microBatches, 4)).isEqualTo(gradientNorm(alone, microBatches, 4));
            }
        }
    }

    @Test
    void agreeingWithNobodyIsSimple() {
        try (World one = ONE.connect(model.device())) {
            assertThat(one.sum(1.5, Double.NaN, -0.25)).containsExactly(1.5, Double.NaN, -0.25);
            assertThat(one.anyReason(Optional.empty())).isEmpty();
            assertThat(one.anyReason(Optional.of("enough"))).contains("enough");
            one.requireSame(Map.of("depth", "1"));
            one.barrier();
            RuntimeException own = new IllegalStateException("my own");
            assertThat(one.explain(own)).isSameAs(own);
        }
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void worldsThatComeAndGoLeaveNothingBehind() {
        for (int warm = 0; warm < 3; warm++) {
            comeAndGo();
        }
        int files = count("/proc/self/fd");
        int threads = count("/proc/self/task");
        for (int more = 0; more < 10; more++) {
            comeAndGo();
        }
        assertThat(count("/proc/self/fd")).isLessThanOrEqualTo(files + 3);
        assertThat(count("/proc/self/task")).isLessThanOrEqualTo(threads + 3);
    }

    private void comeAndGo() {
        try (World one = ONE.connect(model.device())) {
            assertThat(gradientNorm(one, 1, 2)).isPositive();
        }
    }

    private static int count(String directory) {
        return Objects.requireNonNull(new File(directory).list()).length;
    }

    @Test
    void waitingForOthersCanBeInterrupted() {
        Ddp lonely = Ddp.builder()
                .rank(1)
                .localRank(1)
                .worldSize(2)
                .master("127.0.0.1", 9)
                .rendezvousTimeout(Duration.ofMinutes(5))
                .build();
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> lonely.connect(model.device()))
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("rank 1 of 2 was interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void aMasterWithoutAnAddressIsNamed() {
        Ddp nowhere = Ddp.builder()
                .rank(0)
                .worldSize(2)
                .master("no.such.host.invalid", 29500)
                .build();

        assertThatThrownBy(() -> nowhere.connect(model.device()))
                .isInstanceOf(DistributedException.class)
                .hasMessageContaining("MASTER_ADDR 'no.such.host.invalid'");
    }
}

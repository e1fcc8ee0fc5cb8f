package ai.flightmind.train.distributed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.flightmind.model.Device;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DdpTest {
    private static final Map<String, String> RANK_1_OF_4 = Map.of(
            "RANK", "1", "LOCAL_RANK", "1", "WORLD_SIZE", "4", "MASTER_ADDR", "10.0.0.1", "MASTER_PORT", "29500");

    private static Map<String, String> with(String name, String value) {
        Map<String, String> changed = new HashMap<>(RANK_1_OF_4);
        changed.put(name, value);
        return changed;
    }

    private static Map<String, String> without(String name) {
        Map<String, String> changed = new HashMap<>(RANK_1_OF_4);
        changed.remove(name);
        return changed;
    }

    @Test
    void withoutALauncherItIsASingleProcess() {
        Ddp ddp = Ddp.fromEnvironment(Map.of("HOME", "/root", "LOCAL_RANK", "3"));

        assertThat(ddp.distributed()).isFalse();
        assertThat(ddp.worldSize()).isEqualTo(1);
        assertThat(ddp.rank()).isZero();
        assertThat(ddp).hasToString("single process");
    }

    @Test
    void theLaunchersVariablesAreRead() {
        Map<String, String> variables = new HashMap<>(RANK_1_OF_4);
        variables.put("TORCHELASTIC_RESTART_COUNT", "2");
        variables.put("TORCHELASTIC_USE_AGENT_STORE", "True");
        variables.put("FLIGHTMIND_LAUNCHED_AT", "1795489465000");
        variables.put("FLIGHTMIND_DDP_TIMEOUT", "PT90S");
        variables.put("FLIGHTMIND_DDP_BACKEND", "gloo");

        Ddp ddp = Ddp.fromEnvironment(variables);

        assertThat(ddp.distributed()).isTrue();
        assertThat(ddp).hasToString("rank 1 of 4");
        assertThat(ddp.localRank()).isEqualTo(1);
        assertThat(ddp.masterAddress()).isEqualTo("10.0.0.1");
        assertThat(ddp.masterPort()).isEqualTo(29500);
        assertThat(ddp.restarts()).isEqualTo(2);
        assertThat(ddp.agentKeepsStore()).isTrue();
        assertThat(ddp.launchedAt()).contains(Instant.ofEpochMilli(1795489465000L));
        assertThat(ddp.timeout()).isEqualTo(Duration.ofSeconds(90));
        assertThat(ddp.backend()).contains(Backend.GLOO);
    }

    @Test
    void defaultsAreThoseOfTheDocumentation() {
        Ddp ddp = Ddp.fromEnvironment(RANK_1_OF_4);

        assertThat(ddp.timeout()).isEqualTo(Duration.ofMinutes(10));
        assertThat(ddp.rendezvousTimeout()).isEqualTo(Duration.ofMinutes(5));
        assertThat(ddp.bucketMib()).isEqualTo(25);
        assertThat(ddp.backend()).isEmpty();
        assertThat(ddp.backendFor(Device.cpu())).isEqualTo(Backend.GLOO);
        assertThat(ddp.backendFor(new Device(Device.Kind.CUDA, 0))).isEqualTo(Backend.NCCL);
        assertThat(ddp.restarts()).isZero();
        assertThat(ddp.launchedAt().orElseThrow()).isBefore(Instant.now());
    }

    @Test
    void settingsCanBeChangedAndTheRestStays() {
        Ddp ddp = Ddp.fromEnvironment(RANK_1_OF_4).toBuilder()
                .timeout(Duration.ofSeconds(20))
                .bucketMib(50)
                .build();

        assertThat(ddp.timeout()).isEqualTo(Duration.ofSeconds(20));
        assertThat(ddp.bucketMib()).isEqualTo(50);
        assertThat(ddp).hasToString("rank 1 of 4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"})
    void aMissingVariableIsNamed(String missing) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ddp.fromEnvironment(without(missing)))
                .withMessageContaining("but " + missing + " is not");
    }

    @ParameterizedTest
    @CsvSource({
        "RANK, one, a whole number",
        "RANK, 4, from 0 to 3",
        "RANK, -1, from 0 to 3",
        "WORLD_SIZE, 0, at least 1",
        "LOCAL_RANK, 2, from 0 to RANK",
        "MASTER_PORT, 65536, from 1 to 65535",
        "MASTER_PORT, 0, MASTER_PORT on which rank 0 is found",
        "MASTER_PORT, x, a whole number",
        "FLIGHTMIND_DDP_TIMEOUT, 90, a duration like PT90S",
        "FLIGHTMIND_DDP_TIMEOUT, PT0.5S, at least a second",
        "FLIGHTMIND_DDP_BACKEND, mpi, '[gloo, nccl]'",
        "FLIGHTMIND_LAUNCHED_AT, noon, milliseconds since 1970"
    })
    void aWrongVariableIsNamedWithWhatItShouldBe(String name, String value, String expected) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Ddp.fromEnvironment(with(name, value)))
                .withMessageContaining(expected);
    }
}

package ai.flightmind.vast.http;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.fake.FakeTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PacerTest {
    private final FakeTime time = new FakeTime();
    private final Pacer pacer = new Pacer(time);

    @Test
    void callsOfOneEndpointKeepTheirInterval() {
        assertThat(pacer.reserve(Endpoint.DESTROY)).isZero();
        assertThat(pacer.reserve(Endpoint.DESTROY)).isEqualTo(Duration.ofSeconds(3));
        assertThat(pacer.reserve(Endpoint.DESTROY)).isEqualTo(Duration.ofSeconds(6));
        time.pass(Duration.ofSeconds(20));
        assertThat(pacer.reserve(Endpoint.DESTROY)).isZero();
    }

    @Test
    void endpointsDoNotWaitForEachOther() {
        assertThat(pacer.reserve(Endpoint.CREATE)).isZero();
        assertThat(pacer.reserve(Endpoint.DESTROY)).isZero();
    }

    @Test
    void searchesMayComeTenAtOnceAndThenTenAMinute() {
        for (int i = 0; i < 10; i++) {
            assertThat(pacer.reserve(Endpoint.SEARCH)).isZero();
        }
        assertThat(pacer.reserve(Endpoint.SEARCH)).isEqualTo(Duration.ofMinutes(1));
    }
}

package ai.flightmind.vast.offer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.query.Condition;
import ai.flightmind.vast.query.OfferQuery;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConditionCheckTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "num_gpus=4 gpu_name=H100_SXM gpu_ram>=80 duration>=10 reliability>0.95 disk_space>=2000",
                "num_gpus in [2,4] geolocation in [SE,NO] geolocation notin [CN] has_avx=true rentable=true",
                "gpu_name!=A100_SXM4 num_gpus<8 num_gpus<=4 num_gpus>3",
                "verified=true external=false cluster_id=7 foo=1 gpu_name=any",
                "driver_version>=535.86.05 datacenter=true ubuntu_version=22.04 cluster_id=None",
                "gpu_name>7 num_gpus=four",
            })
    void whatTheRowSaysOrLeavesOutIsKept(String query) {
        assertThat(Offers.broken(OfferRows.offer(1), OfferQuery.parse(query))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "num_gpus=8",
                "gpu_name=A100_SXM4",
                "gpu_ram>=82",
                "duration>10",
                "reliability>0.99",
                "num_gpus in [1,2]",
                "geolocation in [CN,US]",
                "geolocation notin [SE]",
                "has_avx=false",
                "rentable=false",
                "num_gpus!=4",
                "num_gpus<4",
                "num_gpus<=3",
                "-n verified=false verification=deverified",
                "driver_version>=590.1.1",
                "datacenter=false"
            })
    void whatTheRowContradictsIsFound(String query) {
        Offer offer = OfferRows.offer(1, "verification", "verified", "hosting_type", 1.0, "driver_vers", 580_065_006.0);

        assertThat(Offers.broken(offer, OfferQuery.parse(query))).isNotEmpty();
    }

    @Test
    void offersThatBreakTheQueryAreLeftOut() {
        Offers offers = Offers.of(List.of(OfferRows.offer(1), OfferRows.offer(2, "disk_space", 100.0)));
        OfferQuery query = OfferQuery.parse("disk_space>=500");

        assertThat(offers.matching(query)).extracting(Offer::id).containsExactly(1L);
        assertThat(Offers.broken(offers.get(1), query))
                .extracting(Condition::toString)
                .containsExactly("disk_space>=500");
    }
}

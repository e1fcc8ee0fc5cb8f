package ai.flightmind.vast.offer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.query.Condition;
import ai.flightmind.vast.query.OfferQuery;
import ai.flightmind.vast.query.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QueryExplanationTest {
    /** A market whose offers each fail the conditions that are named. */
    private static int count(OfferQuery query, List<List<String>> market) {
        List<String> conditions =
                query.conditions().stream().map(Condition::toString).toList();
        return (int) market.stream()
                .filter(failed -> failed.stream().noneMatch(conditions::contains))
                .count();
    }

    @Test
    void theConditionThatExcludesMostComesFirst() {
        List<List<String>> market = List.of(
                List.of("num_gpus=4"), List.of("gpu_ram>=80000"), List.of("gpu_ram>=80000"), List.of("verified=true"));
        OfferQuery query = OfferQuery.parse("num_gpus=4 gpu_ram>=80000 inet_down>500");

        QueryExplanation explanation = QueryExplanation.of(query, relaxed -> count(relaxed, market));

        assertThat(explanation.matches()).isZero();
        assertThat(explanation.relaxed().get(0).condition())
                .isEqualTo(new Condition("gpu_ram", Operator.GTE, 80_000_000L));
        assertThat(explanation.relaxed())
                .extracting(QueryExplanation.Relaxed::excluded)
                .containsExactly(2, 1, 1, 0, 0);
        assertThat(explanation.toString())
                .contains("No offer matches", "without gpu_ram>=80000", "2 more", "no more", "80,000 GB");
    }

    @Test
    void oneConditionIsLeftOutAtATimeAndTheLimitDoesNotHideOffers() {
        OfferQuery query = OfferQuery.parse("num_gpus>=2 num_gpus<=8 -t bid --storage 200 --limit 1");
        List<OfferQuery> asked = new ArrayList<>();

        QueryExplanation.of(query, relaxed -> {
            asked.add(relaxed);
            return 0;
        });

        assertThat(asked).hasSize(5).allSatisfy(one -> {
            assertThat(one.limit()).hasValue(3_000);
            assertThat(one.type()).isEqualTo(query.type());
            assertThat(one.diskGb()).isEqualTo(200);
        });
        assertThat(asked).extracting(one -> one.conditions().size()).containsExactly(5, 4, 4, 4, 4);
        assertThat(asked.get(3).toBody()).containsEntry("num_gpus", Map.of("lte", 8L));
    }

    @Test
    void conditionsThatExcludeOnlyTogetherAreSaidToDoSo() {
        QueryExplanation explanation =
                QueryExplanation.of(OfferQuery.parse("num_gpus=4 gpu_name=H100_SXM"), query -> 0);

        assertThat(explanation.toString()).contains("leave out two or more");
    }
}

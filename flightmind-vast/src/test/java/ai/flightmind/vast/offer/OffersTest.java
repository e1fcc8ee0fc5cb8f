package ai.flightmind.vast.offer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.unit.MemorySize;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OffersTest {
    private static final int MUTATIONS = 10_000;

    @Test
    void aRowIsReadWithItsUnits() {
        Offer offer = OfferRows.offer(7);

        assertThat(offer.id()).isEqualTo(7);
        assertThat(offer.numGpus()).isEqualTo(4);
        assertThat(offer.gpuRam()).isEqualTo(MemorySize.ofMb(81_559));
        assertThat(offer.gpuIds()).containsExactly(1L, 2L, 3L, 4L);
        assertThat(offer.cpuRamShare()).isEqualTo(MemorySize.ofMb(500_000));
        assertThat(offer.hasAvx()).isTrue();
        assertThat(offer.isExternal()).isNull();
        assertThat(offer.startDate()).isEqualTo(Instant.ofEpochSecond(1_780_000_000));
        assertThat(offer.maxDuration()).isEqualTo(Duration.ofDays(10));
        assertThat(offer.countryCode()).isEqualTo("SE");
        assertThat(offer.pricePerHour(500)).isCloseTo(8.1, within(1e-9));
        assertThat(offer.searchPrice()).isEqualTo(new Offer.HourlyPrice(8.0, 0.001, 8.001, null, null));
    }

    @Test
    void whatIsLeftOutIsNullAndWhatIsUnknownIsKept() {
        Offer bare = Offer.fromJson(Map.of("ask_contract_id", 9));

        assertThat(bare.id()).isEqualTo(9);
        assertThat(bare.gpuName()).isNull();
        assertThat(bare.pricePerHour(10)).isNull();
        assertThat(OfferRows.offer(7).unknownFields()).containsOnlyKeys("brand_new_field");
        assertThat(OfferRows.offer(7).json()).containsAllEntriesOf(OfferRows.h100(7));
        assertThat(OfferRows.offer(7)).isEqualTo(OfferRows.offer(7)).isNotEqualTo(OfferRows.offer(8));
    }

    @Test
    void aValueOfAnotherTypeIsNamedByItsPath() {
        Map<String, @Nullable Object> row = OfferRows.h100(7);
        row.put("dph_total", "cheap");

        assertThatThrownBy(() -> Offers.fromJson(Map.of("offers", List.of(OfferRows.h100(6), row))))
                .isInstanceOfSatisfying(
                        DataException.class,
                        error -> assertThat(error.jsonPath()).isEqualTo("$.offers[1].dph_total"))
                .hasMessageContaining("expected a number")
                .hasMessageContaining("found text")
                .hasMessageNotContaining("cheap");
    }

    @Test
    void anAnswerThatIsNoneIsNeverAnEmptyList() {
        assertThat(Offers.fromJson(Map.of("offers", List.of()))).isEmpty();
        for (Object answer :
                List.of(Map.of(), List.of(), "offers", Map.of("offers", Map.of()), Map.of("success", false))) {
            assertThatThrownBy(() -> Offers.fromJson(answer)).isInstanceOf(DataException.class);
        }
        assertThatThrownBy(() -> Offers.fromJson(null)).isInstanceOf(DataException.class);
        assertThatThrownBy(() -> Offers.fromJson(Map.of("offers", List.of("row"))))
                .isInstanceOf(DataException.class);
        assertThatThrownBy(() -> Offer.fromJson(Map.of("gpu_name", "H100 SXM"))).isInstanceOf(DataException.class);
    }

    @Test
    void offersPrintAsATable() {
        String table = Offers.of(List.of(OfferRows.offer(7), Offer.fromJson(Map.of("id", 123_456_789))))
                .toString();

        List<String> lines = table.lines().toList();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).contains("ID", "GPU", "$/h", "Max days");
        assertThat(lines.get(1))
                .contains("7", "H100 SXM", "81.56 GB", "8.001", "903", "13.0", "0.990", "10.0", "Sweden, SE");
        assertThat(lines.get(2)).startsWith("123456789  -");
        assertThat(Offers.of(List.of()).toString()).contains("No offers");
    }

    @Test
    void mutatedAnswersGiveOffersOrATypedError() throws Exception {
        Random random = new Random(4);
        int read = 0;
        for (int i = 0; i < MUTATIONS; i++) {
            List<Object> rows = new ArrayList<>(List.of(OfferRows.h100(1), OfferRows.h100(2)));
            for (int mutations = 1 + random.nextInt(2); mutations > 0; mutations--) {
                rows.set(random.nextInt(2), mutated(OfferRows.h100(1 + random.nextInt(9)), random));
            }
            Object answer = random.nextInt(50) == 0 ? value(random) : Map.of("offers", rows);
            try {
                Offers offers = Offers.fromJson(answer);
                assertThat(offers.toString()).contains("ID");
                for (Offer offer : offers) {
                    callAll(offer);
                }
                read++;
            } catch (DataException refused) {
                assertThat(refused.jsonPath()).startsWith("$");
            }
        }
        assertThat(read).isBetween(MUTATIONS / 10, MUTATIONS * 9 / 10);
    }

    private static void callAll(Offer offer) throws ReflectiveOperationException {
        for (Method method : Offer.class.getMethods()) {
            if (method.getParameterCount() == 0
                    && method.getDeclaringClass() == Offer.class
                    && !Modifier.isStatic(method.getModifiers())) {
                method.invoke(offer);
            }
        }
        offer.pricePerHour(500);
    }

    private static Map<String, @Nullable Object> mutated(Map<String, @Nullable Object> row, Random random) {
        List<String> names = new ArrayList<>(row.keySet());
        names.addAll(
                Arrays.asList("cluster_id", "end_date", "is_bid", "instance", "vericode", "score", "webpage", "foo"));
        String name = names.get(random.nextInt(names.size()));
        if (random.nextInt(4) == 0) {
            row.remove(name);
        } else {
            row.put(name, value(random));
        }
        return row;
    }

    private static @Nullable Object value(Random random) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("gpuCostPerHour", random.nextBoolean() ? null : "x");
        return switch (random.nextInt(14)) {
            case 0 -> null;
            case 1 -> "text";
            case 2 -> "";
            case 3 -> true;
            case 4 -> -1.0;
            case 5 -> Double.MAX_VALUE;
            case 6 -> 1e18;
            case 7 -> 0.5;
            case 8 -> object;
            case 9 -> new HashMap<>();
            case 10 -> List.of();
            case 11 -> Arrays.asList(1.0, null);
            case 12 -> List.of("x");
            default -> (double) random.nextInt(100);
        };
    }
}

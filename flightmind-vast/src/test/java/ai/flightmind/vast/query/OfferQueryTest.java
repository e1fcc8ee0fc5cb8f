package ai.flightmind.vast.query;

import static ai.flightmind.vast.query.OfferField.BW_NVLINK;
import static ai.flightmind.vast.query.OfferField.CLUSTER_ID;
import static ai.flightmind.vast.query.OfferField.CPU_RAM;
import static ai.flightmind.vast.query.OfferField.CUDA_MAX_GOOD;
import static ai.flightmind.vast.query.OfferField.DATACENTER;
import static ai.flightmind.vast.query.OfferField.DIRECT_PORT_COUNT;
import static ai.flightmind.vast.query.OfferField.DISK_SPACE;
import static ai.flightmind.vast.query.OfferField.DPH_TOTAL;
import static ai.flightmind.vast.query.OfferField.DRIVER_VERSION;
import static ai.flightmind.vast.query.OfferField.DURATION;
import static ai.flightmind.vast.query.OfferField.EXTERNAL;
import static ai.flightmind.vast.query.OfferField.GEOLOCATION;
import static ai.flightmind.vast.query.OfferField.GPU_NAME;
import static ai.flightmind.vast.query.OfferField.GPU_RAM;
import static ai.flightmind.vast.query.OfferField.INET_DOWN;
import static ai.flightmind.vast.query.OfferField.MOBO_NAME;
import static ai.flightmind.vast.query.OfferField.NUM_GPUS;
import static ai.flightmind.vast.query.OfferField.RELIABILITY;
import static ai.flightmind.vast.query.OfferField.RENTABLE;
import static ai.flightmind.vast.query.OfferField.VERIFIED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.error.QueryException;
import ai.flightmind.vast.unit.DriverVersion;
import ai.flightmind.vast.unit.MemorySize;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OfferQueryTest {
    private static OfferQuery guides() {
        return OfferQuery.builder()
                .where(GPU_NAME)
                .eq("H100_SXM")
                .where(NUM_GPUS)
                .eq(4)
                .where(BW_NVLINK)
                .gt(200)
                .where(RELIABILITY)
                .gt(0.95)
                .where(DIRECT_PORT_COUNT)
                .gt(0)
                .where(DISK_SPACE)
                .gte(500)
                .where(INET_DOWN)
                .gt(500)
                .where(CUDA_MAX_GOOD)
                .gte(13.0)
                .type(OfferType.ON_DEMAND)
                .orderBy(DPH_TOTAL.ascending())
                .diskGb(500)
                .build();
    }

    @Test
    void theBuiltQueryIsTheWrittenOne() {
        OfferQuery written = OfferQuery.parse("gpu_name=H100_SXM num_gpus=4 bw_nvlink>200 reliability>0.95"
                + " direct_port_count>0 disk_space>=500 inet_down>500 cuda_max_good>=13.0"
                + " -t on-demand -o dph_total --storage 500");

        assertThat(guides()).isEqualTo(written).hasSameHashCodeAs(written);
        assertThat(guides())
                .hasToString("gpu_name=H100_SXM num_gpus=4 bw_nvlink>200 reliability>0.95 direct_port_count>0"
                        + " disk_space>=500 inet_down>500 cuda_max_good>=13 -o dph_total --storage 500");
        assertThat(guides().warnings()).isEmpty();
    }

    @Test
    void theBodyIsTheServicesJson() {
        assertThat(guides().toJson())
                .isEqualTo("{\"verified\":{\"eq\":true},\"external\":{\"eq\":false},\"rentable\":{\"eq\":true},"
                        + "\"gpu_name\":{\"eq\":\"H100 SXM\"},\"num_gpus\":{\"eq\":4},\"bw_nvlink\":{\"gt\":200},"
                        + "\"reliability\":{\"gt\":0.95},\"direct_port_count\":{\"gt\":0},\"disk_space\":{\"gte\":500},"
                        + "\"inet_down\":{\"gt\":500},\"cuda_max_good\":{\"gte\":13},"
                        + "\"order\":[[\"dph_total\",\"asc\"]],\"type\":\"on-demand\",\"allocated_storage\":500}");
    }

    @Test
    void memoryAndTimeAreSentInTheServicesUnits() {
        OfferQuery query = OfferQuery.builder()
                .where(GPU_RAM)
                .gte(MemorySize.ofGb(80))
                .where(CPU_RAM)
                .lt(MemorySize.ofMb(81_559))
                .where(DURATION)
                .gte(Duration.ofHours(67))
                .where(DRIVER_VERSION)
                .gte(DriverVersion.parse("535.86.05"))
                .build();

        assertThat(query.toBody())
                .containsEntry("gpu_ram", Map.of("gte", 80_000L))
                .containsEntry("cpu_ram", Map.of("lt", 81_559L))
                .containsEntry("duration", Map.of("gte", 241_200L))
                .containsEntry("driver_version", Map.of("gte", 535_086_005L));
        assertThat(query.toString()).startsWith("gpu_ram>=80 cpu_ram<81.559 duration>=2.79166");
        assertThat(OfferQuery.parse(query.toString())).isEqualTo(query);
    }

    @Test
    void theGuidesEightyThousandGigabytesAreTakenAndWarnedOf() {
        OfferQuery query = OfferQuery.parse("gpu_name=A100_SXM4 gpu_ram>=80000");

        assertThat(query.toBody()).containsEntry("gpu_ram", Map.of("gte", 80_000_000L));
        assertThat(query.warnings())
                .singleElement()
                .asString()
                .contains("80,000 GB", "80,000,000 MB", "matches nothing", "gpu_ram>=80");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "gpu_ram<80000|matches everything",
                "duration>=100000|days",
                "reliability>95|from 0 to 1",
                "datacenter=TRUE|true or false",
                "num_gpus=four|is a number",
                "gpu_name=[RTX_4090,RTX_3090]|a list takes 'in'",
                "gpu_name= num_gpus=1|a space after the operator",
                "num_gpu=4|did you mean 'num_gpus'",
                "num_gpus=4 -t spot|on-demand, bid (interruptible) and reserved",
            })
    void whatIsHardlyMeantIsWarnedOf(String query, String part) {
        assertThat(OfferQuery.parse(query).warnings())
                .singleElement()
                .asString()
                .contains(part);
    }

    @Test
    void defaultFiltersAreVisibleAndCanBeSwitchedOff() {
        assertThat(OfferQuery.builder().build().conditions())
                .extracting(Condition::toString)
                .containsExactly("verified=true", "external=false", "rentable=true");
        assertThat(OfferQuery.builder().any(VERIFIED).build())
                .hasToString("verified=any")
                .extracting(OfferQuery::conditions)
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .hasSize(2);
        assertThat(OfferQuery.builder()
                        .where(EXTERNAL)
                        .eq(true)
                        .noDefaultFilters()
                        .build())
                .isEqualTo(OfferQuery.parse("-n external=true"));
        assertThat(OfferQuery.builder().noDefaultFilters().build()).hasToString("-n");
        assertThat(OfferQuery.parse("verified=true rentable=true external=false"))
                .isEqualTo(OfferQuery.builder().build());
        assertThat(OfferQuery.builder().where(RENTABLE).neq(false).build()).hasToString("rentable!=false");
    }

    @Test
    void aBuilderFromAQueryBuildsIt() {
        OfferQuery query = OfferQuery.parse(
                "verified=any num_gpus>=2 num_gpus<=8 cluster_id=None geolocation notin [CN,VN] -i --limit 7 --new");

        assertThat(query.toBuilder().build()).isEqualTo(query);
        assertThat(query.toBuilder().any(NUM_GPUS).build().toString()).doesNotContain("num_gpus");
        assertThat(query.method() + " " + query.path()).isEqualTo("PUT /api/v0/search/asks/");
        assertThat(query.toBody()).containsOnlyKeys("select_cols", "q");
    }

    @Test
    void everyTextThatCanBeBuiltIsWrittenAndReadBack() {
        for (String text : List.of(
                "",
                " ",
                "any",
                "*",
                "[x]",
                "a,b",
                "a]b",
                "tab\there",
                "line\nbreak",
                "ü",
                "true",
                "None",
                "-n",
                "a=b",
                "'")) {
            OfferQuery query = OfferQuery.builder()
                    .where(MOBO_NAME)
                    .eq(text)
                    .where(NUM_GPUS)
                    .eq(1)
                    .build();
            assertThat(OfferQuery.parse(query.toString())).as(query.toString()).isEqualTo(query);
        }
        for (String text : List.of("", " ", "any", "[x", "a]b", "tab\there", "ü", "true")) {
            OfferQuery query = OfferQuery.builder()
                    .where(GPU_NAME)
                    .notIn(text, "RTX_4090")
                    .where(NUM_GPUS)
                    .in(1, 2)
                    .build();
            assertThat(OfferQuery.parse(query.toString())).as(query.toString()).isEqualTo(query);
        }
    }

    @Test
    void whatTheLanguageCannotSayIsRefusedByTheBuilder() {
        List<Supplier<?>> wrong = List.of(
                () -> OfferQuery.builder().where(GPU_NAME).eq("\"quoted\""),
                () -> OfferQuery.builder().where(GEOLOCATION).in("US,CA"),
                () -> OfferQuery.builder().where(GEOLOCATION).in(),
                () -> OfferQuery.builder().where(DPH_TOTAL).lt(Double.NaN),
                () -> OfferQuery.builder().where(DPH_TOTAL).in(Double.POSITIVE_INFINITY),
                () -> OfferQuery.builder().limit(-1),
                () -> OfferQuery.builder().diskGb(Double.NaN),
                () -> MemorySize.ofGb(-1),
                () -> DriverVersion.parse("535.86"),
                () -> new OfferType("on demand"),
                () -> new Order("dph total", true));
        for (Supplier<?> one : wrong) {
            assertThatIllegalArgumentException().isThrownBy(one::get);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "gpu_name RTX_4090|8|expected an operator after 'gpu_name'",
                "num_gpus=4 dph => 4|14|'=>' is no operator",
                "num_gpus=4 gpu_name=|20|expected a value",
                "num_gpus=4 >4|11|expected the name of a field",
                "gpu_name=RTX 4090|17|expected an operator after '4090'",
                "gpu_ram>=eighty|9|expected a number in GB, found 'eighty'",
                "duration>week|9|expected a number in days",
                "gpu_ram in [24,48]|11|cannot be compared with a list",
                "driver_version>=535.86|16|Write driver_version>=535.86.05",
                "num_gpus>any|9|only makes sense with =",
                "num_gpus=1 --limit ten|19|expected a number after '--limit'",
                "num_gpus=1 --disable-bundling|11|is no option",
                "num_gpus=1 -t|13|expected a value after '-t'",
                "type=bid|0|is an option, not a field",
                "num_gpus=1 -o 'a b'|14|to sort by takes field names",
            })
    void aRefusalSaysWhereAndWhatWasExpected(String query, int position, String message) {
        assertThatThrownBy(() -> OfferQuery.parse(query))
                .hasMessageContaining(message)
                .isInstanceOfSatisfying(
                        QueryException.class,
                        error -> assertThat(error.position()).isEqualTo(position));
    }

    @ParameterizedTest
    @ValueSource(strings = {"dph-", "-dph", " dph- "})
    void ordersAreReadInTheCommandsWays(String text) {
        assertThat(Order.parse(text)).containsExactly(DPH_TOTAL.descending());
        assertThat(Order.parse("dph,+num_gpus,")).containsExactly(DPH_TOTAL.ascending(), NUM_GPUS.ascending());
    }

    @Test
    void fieldsOwnTheirNameAndUnit() {
        assertThat(OfferField.all()).hasSizeGreaterThan(55).doesNotHaveDuplicates();
        assertThat(GPU_RAM.name() + " " + GPU_RAM.unit()).isEqualTo("gpu_ram MB");
        assertThat(OfferField.named("datacenter")).containsSame(DATACENTER);
        assertThat(OfferField.named("foo")).isEmpty();
        assertThat(OfferQuery.builder().where(CLUSTER_ID).isNull().build()).hasToString("cluster_id=None");
    }

    @Test
    void driverVersionsOrderAsNumbers() {
        assertThat(DriverVersion.parse("550.54.15")).isGreaterThan(DriverVersion.parse("535.86.05"));
        assertThat(DriverVersion.parse("535.86.05")).hasToString("535.86.05");
        assertThat(MemorySize.ofMb(81_559)).hasToString("81.56 GB").isGreaterThan(MemorySize.ofGb(80));
    }
}

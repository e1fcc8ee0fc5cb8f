package ai.flightmind.vast.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
    private static final Instant NOW = Instant.ofEpochMilli(1_790_000_000_000L);

    @TempDir
    Path folder;

    private RunPlan plan() {
        return ShellPlan.in(folder).build();
    }

    private static RentalRecord wanted(Instant from) {
        return RentalRecord.wanted(7, "H100 SXM", 2, 4, from);
    }

    @Test
    void whatIsReadAgainIsWhatWasTold() {
        try (Journal journal = Journal.open(folder, "a")) {
            History told = History.begin(journal, plan(), NOW);
            told.renting(wanted(NOW));
            told.rented(NOW, 1001);
            told.priced(NOW, 1001, 3.5);
            told.training(NOW, 1001, 0);
            told.safe(NOW, new SafeFile("step_5.pt", 10, "ab", NOW, 1001, SafeFile.RESULTS));
            told.interrupted(NOW, 1001, "outbid");
            told.gone(NOW.plusSeconds(3600), 1001, "lost");
            told.step(NOW, GuideStep.FIND, "an offer", Duration.ofSeconds(2));
            told.step(NOW, GuideStep.FIND, "another", Duration.ofSeconds(3));
            told.ended(NOW, Outcome.COMPLETED, "well");
        }

        try (Journal journal = Journal.open(folder, "a")) {
            History read = History.read(journal);

            assertThat(read.plan().toString()).isEqualTo(plan().toString());
            assertThat(read.open()).isEmpty();
            assertThat(read.dollars(NOW.plusSeconds(9000))).isEqualTo(3.5);
            assertThat(read.gpuHours(NOW.plusSeconds(9000))).isEqualTo(2);
            assertThat(read.interruptions()).isEqualTo(1);
            assertThat(read.isExcluded(7L)).isTrue();
            assertThat(read.hasTrained(1001)).isTrue();
            assertThat(read.safe("step_5.pt")).isPresent();
            assertThat(read.guide().get(0).times()).isEqualTo(2);
            assertThat(read.guide().get(0).took()).isEqualTo(Duration.ofSeconds(5));
            assertThat(read.guide().get(0).outcome()).isEqualTo("another");
            assertThat(read.ended().orElseThrow().summary()).isEqualTo("well");
        }
    }

    @Test
    void whileItIsStoppedAMachineBillsItsDiskOnly() {
        try (Journal journal = Journal.open(folder, "a")) {
            History history = History.begin(journal, plan(), NOW);
            history.renting(wanted(NOW));
            history.rented(NOW, 1);
            Instant back = NOW.plusSeconds(10 * 3600);
            history.halted(back, 1, new RentalRecord.Halt(NOW, back, 0.1));
            history.halted(back, 1, new RentalRecord.Halt(NOW.plusSeconds(2 * 3600), back, 0.1));

            assertThat(history.dollars(back.plusSeconds(3600))).isCloseTo(3 * 4 + 8 * 0.1, within(1e-9));
            assertThat(history.gpuHours(back)).isEqualTo(4);
            assertThat(History.read(journal).dollars(back)).isEqualTo(history.dollars(back));
        }
    }

    @Test
    void theMachineThatIsWorkedWithIsTheLastOneThatIsOpen() {
        try (Journal journal = Journal.open(folder, "a")) {
            History history = History.begin(journal, plan(), NOW);
            for (long id = 1; id <= 2; id++) {
                history.renting(wanted(NOW));
                history.rented(NOW, id);
            }

            assertThat(history.open().orElseThrow().instanceId()).isEqualTo(2);
            assertThat(history.dollarsPerHour()).as("both bill").isEqualTo(8);
        }
    }

    @Test
    void aLineThatADyingProgramLeftUnfinishedIsNoLine() throws IOException {
        try (Journal journal = Journal.open(folder, "a")) {
            journal.write(Map.of("type", "é", "at", 1L));
        }
        Path file = folder.resolve("a.jsonl");
        Files.writeString(file, "{\"type\":\"é", StandardOpenOption.APPEND);

        try (Journal journal = Journal.open(folder, "a")) {
            assertThat(journal.entries()).hasSize(1);
            journal.write(Map.of("type", "next", "at", 2L));
        }

        assertThat(Files.readAllLines(file)).hasSize(2).last().asString().contains("next");
    }

    @Test
    void whileItIsOpenNobodyElseOpensIt() {
        try (Journal journal = Journal.open(folder, "a")) {
            assertThatThrownBy(() -> Journal.open(folder, "a"))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("another program");
            assertThat(journal.entries()).isEmpty();
        }
        Journal.open(folder, "a").close();
    }

    @Test
    void withoutItNothingIsRentedAndWhatIsRentedIsSeenToItsEnd() throws IOException {
        try (Journal journal = Journal.open(folder, "a")) {
            History history = History.begin(journal, plan(), NOW);
            history.renting(wanted(NOW));
            history.rented(NOW, 1);
            Path file = folder.resolve("a.jsonl");
            Files.delete(file);
            Files.createDirectory(file);

            history.gone(NOW, 1, "destroyed");
            history.trouble(NOW, "something");

            assertThat(history.open()).isEmpty();
            assertThat(history.troubles()).hasSize(2).first().asString().contains("cannot be written");
            assertThatThrownBy(() -> history.renting(wanted(NOW))).hasMessageContaining("nothing more is rented");
        }
    }
}

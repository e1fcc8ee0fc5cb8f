package ai.flightmind.vast.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whole runs against as many ways for everything around them to fail, the program that looks after them included. {@code
 * -Dschedules=200} takes some minutes.
 */
class FaultSchedulesTest {
    private static final int SCHEDULES = Integer.getInteger("schedules", 12);
    private static final int FIRST = Integer.getInteger("schedule", 0);
    private static final int AT_ONCE = 4;

    @TempDir
    Path folder;

    @Test
    void noScheduleOfFaultsLosesMoneyOrTheBestCheckpoint() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        Map<RunReport.Outcome, Integer> outcomes = new EnumMap<>(RunReport.Outcome.class);
        int kills = 0;
        int withMoney = 0;
        try {
            List<Callable<FaultSchedule.Result>> all = IntStream.range(FIRST, FIRST + SCHEDULES)
                    .<Callable<FaultSchedule.Result>>mapToObj(seed -> () -> run(seed))
                    .toList();
            for (Future<FaultSchedule.Result> done : threads.invokeAll(all)) {
                outcomes.merge(done.get().outcome(), 1, Integer::sum);
                withMoney += done.get().tight() ? 0 : 1;
                kills += done.get().kills();
            }
        } finally {
            threads.shutdownNow();
        }
        System.out.println(SCHEDULES + " schedules: " + outcomes + ", " + kills + " kills");
        assertThat(outcomes.getOrDefault(RunReport.Outcome.COMPLETED, 0)).isGreaterThan(withMoney / 2);
        assertThat(kills).isGreaterThanOrEqualTo(SCHEDULES / 10);
    }

    private FaultSchedule.Result run(int seed) throws IOException, InterruptedException {
        Path own = Files.createDirectory(folder.resolve("schedule-" + seed));
        return new FaultSchedule(seed, own).run();
    }
}

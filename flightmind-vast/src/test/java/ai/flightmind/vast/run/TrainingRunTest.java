package ai.flightmind.vast.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingRunTest {
    @TempDir
    Path folder;

    @Test
    void aRunGoesFromOfferToDestroyedInstance() {
        RunPlan plan = ShellPlan.in(folder, "--max-steps", "20").build();

        RunReport report;
        try (TrainingRun run =
                TrainingRun.rehearse(plan, Rehearsal.builder().speed(60).build())) {
            run.listen(System.out::println);
            report = run.await();
        }

        System.out.println(report);
        assertThat(report.outcome()).isEqualTo(Outcome.COMPLETED);
    }
}

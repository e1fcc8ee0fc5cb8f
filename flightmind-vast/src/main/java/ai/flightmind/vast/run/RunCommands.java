package ai.flightmind.vast.run;

import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.provision.Provisioned;
import java.util.List;
import java.util.Optional;

/**
 * What a run would start on its machine, known before anything is rented. Lines for a shell, with {@code java} and {@code
 * CLASS_PATH} for what is installed there.
 *
 * @param dryRun empty if the plan has none
 * @param training the long one, at its first start and at each later one
 */
public record RunCommands(Optional<String> dryRun, String training) {
    private static final Provisioned INSTALLED = new Provisioned("java", "CLASS_PATH", false, List.of());

    /**
     * For a machine with so many GPUs.
     *
     * @param gpus above 0
     */
    public static RunCommands of(RunPlan plan, int gpus) {
        Jobs jobs = new Jobs(plan);
        return new RunCommands(
                plan.dryRun().map(dry -> jobs.dryRun(dry, gpus, INSTALLED).commandLine()),
                jobs.training(gpus, INSTALLED).commandLine());
    }

    /** One a line. */
    @Override
    public String toString() {
        return dryRun.map(line -> line + "\n").orElse("") + training;
    }
}

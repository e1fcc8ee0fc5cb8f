package ai.flightmind.vast.run;

import ai.flightmind.vast.job.DetachedJob;
import ai.flightmind.vast.plan.DryRun;
import ai.flightmind.vast.plan.Program;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.provision.Provisioned;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The plan's program as jobs of a machine: the dry run and the long one. */
final class Jobs {
    /** In containers without the NVLink switch NCCL hangs with it. */
    private static final String NVLS = "NCCL_NVLS_ENABLE";

    /** What the trainer's meter of cost reads. */
    private static final String PRICE = "FLIGHTMIND_DOLLARS_PER_HOUR";

    private static final String RESTARTS_OF_RANKS = "3";

    private final RunPlan plan;
    private final OptionalDouble dollarsPerHour;

    Jobs(RunPlan plan) {
        this(plan, OptionalDouble.empty());
    }

    private Jobs(RunPlan plan, OptionalDouble dollarsPerHour) {
        this.plan = plan;
        this.dollarsPerHour = dollarsPerHour;
    }

    /** The same, which know what their machine costs. */
    Jobs on(RentalRecord rental) {
        return new Jobs(plan, OptionalDouble.of(rental.dollarsPerHour()));
    }

    /** The state of the long one can be asked for without knowing how it is started. */
    DetachedJob training() {
        return job(Machine.JOB, Machine.WORK, "flightmind", List.of("true"));
    }

    DetachedJob training(int gpus, @Nullable Provisioned installed) {
        List<String> arguments = new ArrayList<>(plan.program().arguments());
        arguments.addAll(plan.resumeArguments());
        Program program = new Program(plan.program().mainClass(), arguments);
        return job(Machine.JOB, Machine.WORK, "flightmind", words(program, gpus, installed));
    }

    DetachedJob dryRun(DryRun dry, int gpus, @Nullable Provisioned installed) {
        Program program = plan.program().with("--max-steps", Integer.toString(dry.steps()));
        List<String> pairs = plan.dryRunArguments();
        for (int i = 0; i + 1 < pairs.size(); i += 2) {
            program = program.with(pairs.get(i), pairs.get(i + 1));
        }
        return job(Machine.DRY_JOB, Machine.DRY, "flightmind-dry", words(program, gpus, installed));
    }

    private DetachedJob job(String folder, String directory, String session, List<String> words) {
        DetachedJob.Builder job = DetachedJob.builder()
                .folder(folder)
                .directory(directory)
                .session(session)
                .command(words);
        if (!plan.environment().containsKey(NVLS)) {
            job.environment(NVLS, "0");
        }
        dollarsPerHour.ifPresent(dollars -> job.environment(PRICE, Double.toString(dollars)));
        plan.environment().forEach(job::environment);
        return job.build();
    }

    private List<String> words(Program program, int gpus, @Nullable Provisioned installed) {
        if (!program.isJava() || installed == null) {
            return program.arguments();
        }
        List<String> words = new ArrayList<>();
        words.add(installed.javaCommand());
        words.addAll(plan.jvmOptions());
        words.add("-cp");
        words.add(installed.classPath());
        if (!plan.launcher().isEmpty()) {
            words.add(plan.launcher());
            words.add("--nproc-per-node");
            words.add(Integer.toString(plan.processesPerNode().on(gpus)));
            words.add("--max-restarts");
            words.add(RESTARTS_OF_RANKS);
            words.add("--");
        }
        words.add(program.mainClass());
        words.addAll(program.arguments());
        return words;
    }
}

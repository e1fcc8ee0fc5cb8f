package ai.flightmind.examples;

import static ai.flightmind.vast.plan.Budget.dollars;
import static ai.flightmind.vast.plan.DryRun.steps;
import static ai.flightmind.vast.plan.Interruptions.rentAgainAndResume;

import ai.flightmind.examples.aviation.AviationCorpus;
import ai.flightmind.model.GptConfig;
import ai.flightmind.train.launch.Launcher;
import ai.flightmind.train.metrics.RunMetrics;
import ai.flightmind.train.metrics.StepMetrics;
import ai.flightmind.vast.cost.Workload;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.query.OfferQuery;
import ai.flightmind.vast.run.Rehearsal;
import ai.flightmind.vast.run.RunReport;
import ai.flightmind.vast.run.TrainingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The whole guide on this machine, for nothing and without an account: a pretend marketplace, directories as rented
 * machines, and all the rest real. In the middle somebody bids more for the machine; the run rents another one, goes on
 * there, and must end with the losses, to the last bit, of a run that was never interrupted.
 */
@Command(
        name = "RehearseRun",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Rehearses a run on a rented machine, from the search to the destruction, on this one.")
public final class RehearseRun implements Callable<Integer> {
    private static final int SEED = 42;
    private static final int SEQUENCE_LENGTH = 256;
    private static final int GPUS = 2;
    private static final int SEQUENCES_PER_STEP = 4;

    @Option(names = "--dir", paramLabel = "DIR", description = "data, checkpoints and logs go there")
    private Path directory = Path.of("rehearsal");

    @Option(names = "--depth", description = "layers of the model")
    private int depth = 2;

    @Option(names = "--steps", description = "how long to train; the machine is lost half-way")
    private int maxSteps = 400;

    public static void main(String[] args) {
        System.exit(Commands.execute(new RehearseRun(), args));
    }

    @Override
    public Integer call() throws IOException {
        long start = System.nanoTime();
        Path data = directory.resolve("tokenized");
        AviationCorpus corpus = AviationCorpus.of(SEED);
        byte[] text = ByteDataset.join(Stream.concat(corpus.metars(4_000), corpus.exchanges(160)));
        ByteDataset.write(data, text, SEQUENCE_LENGTH, SEED);

        say("A run that nothing interrupts, to compare with:");
        RunMetrics unbroken = trainHere(data);

        say("%nThe same, rehearsed:");
        Rehearsal rehearsal = Rehearsal.builder().outbidAtStep(maxSteps / 2).build();
        RunReport report;
        try (TrainingRun run = TrainingRun.rehearse(plan(data), rehearsal)) {
            report = RunConsole.follow(run);
        }
        say("(Times and dollars are the pretend service's, whose clock goes %d times as fast.)%n", rehearsal.speed());

        List<String> problems = problems(report, unbroken);
        problems.forEach(problem -> say("WRONG: %s", problem));
        if (problems.isEmpty()) {
            say(
                    "As it should be: %,d steps on %d machines have the losses of the unbroken run to the last bit; the last is %s.",
                    maxSteps, report.machines().size(), report.finalLoss().orElseThrow());
        }
        say("It took %d s; the results are in %s.", (System.nanoTime() - start) / 1_000_000_000, report.results());
        return problems.isEmpty() ? 0 : 1;
    }

    /** The guide's plan, small. */
    private RunPlan plan(Path data) {
        GptConfig config = GptConfig.builder()
                .depth(depth)
                .vocabSize(ByteDataset.VOCAB_SIZE)
                .sequenceLength(SEQUENCE_LENGTH)
                .build();
        RunPlan.Builder plan = RunPlan.builder()
                .name("rehearsal")
                .offers(OfferQuery.parse("gpu_name=H100_SXM num_gpus=" + GPUS
                        + " bw_nvlink>200 reliability>0.95 direct_port_count>0 disk_space>=100 inet_down>500"))
                .workload(Workload.training(
                        config.parameterCount(), (long) maxSteps * SEQUENCES_PER_STEP * SEQUENCE_LENGTH))
                .diskGb(100)
                .data(data, "data/tokenized")
                .program(Pretrain.class, flags().toArray(String[]::new))
                .dryRun(steps(20))
                .budget(dollars(20))
                .deadline(Duration.ofHours(12))
                .results(directory.resolve("results"))
                .onInterruption(rentAgainAndResume(3));
        // They choose how products are computed, and so how they are rounded; a rented machine does not inherit them.
        System.getenv().forEach((name, value) -> {
            if (name.matches("(OPENBLAS|OMP|MKL|DNNL|ONEDNN|ATEN)_.*")) {
                plan.environment(name, value);
            }
        });
        return plan.build();
    }

    private List<String> flags() {
        String tokens = Integer.toString(SEQUENCES_PER_STEP * SEQUENCE_LENGTH);
        String flags = "--max-steps " + maxSteps + " --depth " + depth + " --tokens-per-step " + tokens
                + " --batch-size 2 --lr 4e-3 --min-lr 4e-4 --warmup-steps 20 --log-every 50 --eval-every 100"
                + " --eval-steps 4 --checkpoint-every " + Math.max(1, maxSteps / 16)
                // One thread a rank and the CPU in both runs: other numbers would round otherwise.
                + " --device cpu --threads 1 --seed " + SEED;
        return List.of(flags.split(" ", -1));
    }

    private RunMetrics trainHere(Path data) throws IOException {
        Files.createDirectories(directory);
        Path checkpoints = Files.createTempDirectory(directory, "unbroken-");
        List<String> arguments = new ArrayList<>(flags());
        arguments.addAll(List.of("--data", data.toString(), "--checkpoints", checkpoints.toString()));
        Launcher.builder()
                .mainClass(Pretrain.class)
                .arguments(arguments)
                .processesPerNode(GPUS)
                .logDirectory(checkpoints.resolve("logs"))
                .build()
                .run();
        return RunMetrics.read(checkpoints.resolve("metrics.jsonl"));
    }

    private List<String> problems(RunReport report, RunMetrics unbroken) {
        List<String> problems = new ArrayList<>();
        if (!report.succeeded()) {
            problems.add("the run ended with " + report.outcome());
        }
        report.guide().stream()
                .filter(row -> row.times() == 0 || row.outcome().startsWith("not done"))
                .forEach(row -> problems.add("step " + row.step().number() + ": " + row.outcome()));
        if (report.machines().size() != 2) {
            problems.add(
                    "it took " + report.machines().size() + " machines, not one and another after the interruption");
        }
        if (report.checkpoint("final.pt").isEmpty()) {
            problems.add("final.pt was not brought home");
            return problems;
        }
        List<OptionalDouble> expected = losses(unbroken);
        List<OptionalDouble> found = losses(RunMetrics.read(report.results().resolve("metrics.jsonl")));
        if (expected.size() != maxSteps || found.size() != maxSteps) {
            problems.add(
                    "there are metrics of " + found.size() + " steps, and of " + expected.size() + " unbroken ones");
            return problems;
        }
        IntStream.range(0, maxSteps)
                .filter(step -> !found.get(step).equals(expected.get(step)))
                .findFirst()
                .ifPresent(step -> problems.add("from step " + step + " on the loss differs: " + found.get(step)
                        + ", unbroken " + expected.get(step)));
        return problems;
    }

    private static List<OptionalDouble> losses(RunMetrics metrics) {
        return metrics.steps().stream().map(StepMetrics::loss).toList();
    }

    private static void say(String format, Object... arguments) {
        System.out.printf(Locale.ROOT, format + "%n", arguments);
    }
}

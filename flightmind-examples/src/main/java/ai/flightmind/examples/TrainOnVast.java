package ai.flightmind.examples;

import static ai.flightmind.vast.plan.Budget.dollars;
import static ai.flightmind.vast.plan.DryRun.atLeast;
import static ai.flightmind.vast.plan.DryRun.expectTokensPerSecond;
import static ai.flightmind.vast.plan.DryRun.steps;
import static ai.flightmind.vast.plan.Interruptions.rentAgainAndResume;

import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.vast.VastClient;
import ai.flightmind.vast.bucket.Bucket;
import ai.flightmind.vast.cost.Workload;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.provision.MavenArtifact;
import ai.flightmind.vast.run.Rehearsal;
import ai.flightmind.vast.run.TrainingRun;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** The guide as one command: rents GPUs on Vast.ai, runs {@link Pretrain} there, brings home what it made, destroys. */
@Command(
        name = "TrainOnVast",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Pretrains a GPT on rented GPUs, from the search to the destruction.",
        footer = "All other flags are those of Pretrain, as --depth 24 --max-steps 95000, and are passed on to it.")
public final class TrainOnVast implements Callable<Integer> {
    private static final String DATA_THERE = "data/tokenized"; // where Pretrain looks for it

    @Spec
    private CommandSpec spec;

    @Option(names = "--data", paramLabel = "DIR", description = "train.bin, val.bin and, if there, meta.json")
    private Path data = Path.of("data/tokenized");

    @Option(names = "--results", paramLabel = "DIR", description = "checkpoints, metrics and logs come here")
    private Path results = Path.of("checkpoints_cloud");

    @Mixin
    private final RentalFlags rental = new RentalFlags();

    @Option(names = "--budget", paramLabel = "DOLLARS", description = "the most that all machines together may cost")
    private double budget = 700;

    @Option(names = "--deadline", paramLabel = "HOURS", description = "for the whole run")
    private double deadlineHours = 96;

    @Option(names = "--dry-run", paramLabel = "STEPS", description = "a short run first; 0 for none")
    private int dryRunSteps = 100;

    @Option(
            names = "--bucket",
            arity = "2",
            paramLabel = "ENDPOINT BUCKET/PREFIX",
            hideParamSyntax = true,
            description = "an S3 store for checkpoints; its key is found as the aws command finds it",
            showDefaultValue = Visibility.NEVER)
    private @Nullable List<String> bucket;

    @Option(names = "--send-natives", description = "this class path's native libraries instead of libtorch for CUDA")
    private boolean sendNatives;

    @Option(names = "--plan", description = "say what would be rented and run, and what it would cost; spends nothing")
    private boolean planOnly;

    @Option(names = "--rehearse", description = "the same on this machine, small and for nothing")
    private boolean rehearse;

    @Option(names = "--detach", description = "leave the run to itself once it trains; --attach joins it again")
    private boolean detach;

    @Option(
            names = "--attach",
            paramLabel = "ID",
            description = "join a run that was left",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String attach;

    @Unmatched
    private List<String> training = new ArrayList<>();

    @SuppressWarnings("NullAway.Init") // picocli sets the spec
    private TrainOnVast() {}

    public static void main(String[] args) {
        System.exit(Commands.execute(new TrainOnVast(), args));
    }

    @Override
    public Integer call() {
        if (attach != null) {
            try (VastClient vast = VastClient.create();
                    TrainingRun run = vast.runs().attach(attach)) {
                return RunConsole.follow(run).succeeded() ? 0 : 1;
            }
        }
        RunPlan plan = plan();
        try {
            return carryOut(plan);
        } finally {
            plan.backup().ifPresent(Bucket::close);
        }
    }

    private int carryOut(RunPlan plan) {
        if (planOnly) {
            PlanPreview.print(plan, rental.gpu(), rental.gpus());
            return 0;
        }
        if (rehearse) {
            try (TrainingRun run = TrainingRun.rehearse(plan, small())) {
                return RunConsole.follow(run).succeeded() ? 0 : 1;
            }
        }
        try (VastClient vast = VastClient.create();
                TrainingRun run = vast.runs().start(plan)) {
            say("Run %s. Ctrl-C leaves it to itself; --attach %s joins it again.", run.id(), run.id());
            if (detach) {
                RunConsole.followUntilItTrains(run);
                if (run.isRunning()) {
                    say("Left: it trains on, within its budget and deadline. Join it with --attach %s", run.detach());
                    return 0;
                }
            }
            return RunConsole.follow(run).succeeded() ? 0 : 1;
        }
    }

    private RunPlan plan() {
        Pretrain pretrain = pretrain();
        long parameters;
        try (TokenDataset dataset = TokenDataset.open(data)) {
            parameters = pretrain.config(dataset).parameterCount();
        }
        RunPlan.Builder plan = RunPlan.builder()
                .offers(rental.query())
                .workload(Workload.builder()
                        .parameters(parameters)
                        .tokens(pretrain.tokens())
                        .diskGb(rental.diskGb())
                        .build())
                .data(data, DATA_THERE)
                .program(Pretrain.class, training.toArray(String[]::new))
                .natives(sendNatives ? new MavenArtifact[0] : CudaNatives.forLinux())
                .budget(dollars(budget))
                .deadline(Duration.ofSeconds(Math.round(deadlineHours * 3_600)))
                .results(results)
                .onInterruption(rentAgainAndResume(3));
        if (dryRunSteps > 0) {
            plan.dryRun(steps(dryRunSteps), expectTokensPerSecond(atLeast(0.5)));
        }
        rental.bid().ifPresent(plan::bidDollarsPerHour);
        if (bucket != null) {
            String[] place = bucket.get(1).split("/", 2);
            plan.backup(Bucket.s3(bucket.get(0), place[0], place.length > 1 ? place[1] : ""));
        }
        return plan.build();
    }

    /** Wrong flags are found here, before anything is rented. */
    private Pretrain pretrain() {
        Pretrain pretrain = new Pretrain();
        try {
            Commands.read(pretrain, training);
        } catch (ParameterException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage() == null ? "" : e.getMessage(), e);
        }
        if (training.stream().anyMatch(word -> word.matches("--(checkpoints|resume)(=.*)?"))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--checkpoints and --resume are set by the run; --results says where they come to");
        }
        return pretrain;
    }

    /** Of the real plan what a CPU can do in a minute or two. */
    private Rehearsal small() {
        int sequenceLength = 128;
        return Rehearsal.builder()
                .argument("--device", "cpu")
                .argument("--precision", "fp32")
                .argument("--depth", "2")
                .argument("--seq-len", Integer.toString(sequenceLength))
                .argument("--batch-size", "1")
                .argument("--tokens-per-step", Integer.toString(2 * rental.gpus() * sequenceLength))
                .argument("--max-steps", "60")
                .argument("--warmup-steps", "5")
                .argument("--eval-every", "20")
                .argument("--eval-steps", "2")
                .argument("--checkpoint-every", "10")
                .build();
    }

    private static void say(String format, Object... arguments) {
        System.out.printf(Locale.ROOT, format + "%n", arguments);
    }
}

package ai.flightmind.vast.plan;

import ai.flightmind.vast.bucket.Bucket;
import ai.flightmind.vast.cost.Workload;
import ai.flightmind.vast.offer.Offer;
import ai.flightmind.vast.provision.MavenArtifact;
import ai.flightmind.vast.query.OfferQuery;
import ai.flightmind.vast.query.OfferType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * A whole run: what to rent, what to send there, what to run, what it may cost, and where the results go. An immutable
 * value.
 *
 * <pre>{@code
 * RunPlan plan = RunPlan.builder()
 *     .offers(query)
 *     .workload(Workload.training(956_376_576, 95_000L * 524_288))
 *     .data(Path.of("data/tokenized"))
 *     .program(Pretrain.class, "--depth", "24", "--max-steps", "95000")
 *     .dryRun(steps(100), expectTokensPerSecond(atLeast(0.5)))
 *     .budget(dollars(700)).deadline(Duration.ofDays(4))
 *     .results(Path.of("checkpoints_cloud"))
 *     .build();
 * }</pre>
 */
public final class RunPlan {
    /** CUDA 13 with cuBLAS, cuDNN, cuSPARSE, cuSOLVER and NCCL, which libtorch's CUDA build loads. */
    public static final String DEFAULT_IMAGE = "nvidia/cuda:13.1.0-cudnn-runtime-ubuntu24.04";

    /** Starts one process per GPU, with torchrun's flags. */
    public static final String DEFAULT_LAUNCHER = "ai.flightmind.train.distributed.Launch";

    private final Builder s;

    private RunPlan(Builder settings) {
        this.s = settings;
    }

    /** Required: offers, workload, a program or command, budget, results. */
    public static Builder builder() {
        return new Builder();
    }

    public Builder toBuilder() {
        return s.copy();
    }

    /** A name for people, part of the instance's label. */
    public String name() {
        return s.name;
    }

    /** What to search for; empty if the offers are given. */
    public Optional<OfferQuery> query() {
        return Optional.ofNullable(s.query);
    }

    /** In this order; empty if they are to be searched. */
    public List<Offer> offers() {
        return s.offers;
    }

    /** Dollars per hour for the machine; empty for renting on demand. */
    public OptionalDouble bidDollarsPerHour() {
        return s.bid == null ? OptionalDouble.empty() : OptionalDouble.of(s.bid);
    }

    public Workload workload() {
        if (s.workload == null) {
            throw new IllegalStateException("not built");
        }
        return s.workload;
    }

    public String image() {
        return s.image;
    }

    /** The disk to rent: the query's, if it says one, else the workload's, else 100 GB. */
    public double diskGb() {
        if (s.diskGb != null) {
            return s.diskGb;
        }
        boolean queried = s.query != null && s.query.diskGb() > OfferQuery.DEFAULT_DISK_GB;
        double asked =
                queried && s.query != null ? s.query.diskGb() : workload().diskGb();
        return asked > 0 ? asked : 100;
    }

    public List<DataFiles> data() {
        return s.data;
    }

    public Program program() {
        if (s.program == null) {
            throw new IllegalStateException("not built");
        }
        return s.program;
    }

    /** Jars and directories; empty for those of this JVM. */
    public List<Path> classPath() {
        return s.classPath;
    }

    /** Installed on the machine in place of this machine's natives. */
    public List<MavenArtifact> natives() {
        return s.natives;
    }

    public List<String> jvmOptions() {
        return s.jvmOptions;
    }

    public Map<String, String> environment() {
        return s.environment;
    }

    /** A Java main class with torchrun's flags; empty to start the program itself. */
    public String launcher() {
        return s.launcher;
    }

    /** Added to the program's arguments, at every start. */
    public List<String> resumeArguments() {
        return s.resumeArguments;
    }

    /** Flags and their values that the dry run sets, beside {@code --max-steps}. */
    public List<String> dryRunArguments() {
        return s.dryRunArguments;
    }

    /** Where the program writes checkpoints and {@code metrics.jsonl}, relative to its working directory. */
    public String checkpointFolder() {
        return s.checkpointFolder;
    }

    public Processes processesPerNode() {
        return s.processes;
    }

    public Optional<DryRun> dryRun() {
        return Optional.ofNullable(s.dryRun);
    }

    public Budget budget() {
        if (s.budget == null) {
            throw new IllegalStateException("not built");
        }
        return s.budget;
    }

    /** From the start of the run to its end. */
    public Duration deadline() {
        return s.deadline;
    }

    public Path results() {
        if (s.results == null) {
            throw new IllegalStateException("not built");
        }
        return s.results;
    }

    public Optional<Bucket> backup() {
        return Optional.ofNullable(s.backup);
    }

    public Interruptions onInterruption() {
        return s.interruptions;
    }

    public Patience patience() {
        return s.patience;
    }

    /** Whether idle GPUs end the run. */
    public boolean endsWhenIdle() {
        return s.endWhenIdle;
    }

    /** What it is and what it may cost; no path of a key, no key. */
    @Override
    public String toString() {
        return "RunPlan[" + s.name + ", " + (s.query != null ? s.query : s.offers.size() + " offers") + ", "
                + String.join(
                                " ",
                                program().mainClass(),
                                String.join(" ", program().arguments()))
                        .strip() + ", $"
                + budget().dollars() + ", " + s.deadline + "]";
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {
        private String name = "train";
        private @Nullable OfferQuery query;
        private List<Offer> offers = List.of();
        private @Nullable Double bid;
        private @Nullable Workload workload;
        private String image = DEFAULT_IMAGE;
        private @Nullable Double diskGb;
        private List<DataFiles> data = List.of();
        private @Nullable Program program;
        private List<Path> classPath = List.of();
        private List<MavenArtifact> natives = List.of();
        private List<String> jvmOptions = List.of();
        private Map<String, String> environment = Map.of();
        private String launcher = DEFAULT_LAUNCHER;
        private List<String> resumeArguments = List.of("--resume", "latest");
        private List<String> dryRunArguments =
                List.of("--log-every", "10", "--eval-every", "50", "--checkpoint-every", "50");
        private String checkpointFolder = "checkpoints";
        private Processes processes = Processes.GPUS;
        private @Nullable DryRun dryRun;
        private @Nullable Budget budget;
        private Duration deadline = Duration.ofDays(7);
        private @Nullable Path results;
        private @Nullable Bucket backup;
        private Interruptions interruptions = Interruptions.rentAgainAndResume(3);
        private Patience patience = Patience.standard();
        private boolean endWhenIdle;

        private Builder() {}

        /** For people, in labels: letters, digits, {@code _} and {@code -}; default {@code train}. */
        public Builder name(String name) {
            this.name = name;
            return this;
        }

        /** Searches, and takes the offer on which the whole run costs least. */
        public Builder offers(OfferQuery query) {
            this.query = query;
            this.offers = List.of();
            return this;
        }

        /** Takes the first of these that can be had. */
        public Builder offers(List<Offer> ranked) {
            this.offers = List.copyOf(ranked);
            this.query = null;
            return this;
        }

        /** Takes this offer and no other. */
        public Builder offer(Offer offer) {
            return offers(List.of(offer));
        }

        /** Rents interruptibly at this price per hour for the machine; by default on demand. */
        public Builder bidDollarsPerHour(double dollars) {
            this.bid = dollars;
            return this;
        }

        /** For the estimate of time and money. */
        public Builder workload(Workload workload) {
            this.workload = workload;
            return this;
        }

        /** Default: {@link RunPlan#DEFAULT_IMAGE}. */
        public Builder image(String image) {
            this.image = image;
            return this;
        }

        /** Default: the query's, else the workload's, else 100. */
        public Builder diskGb(double diskGb) {
            this.diskGb = diskGb;
            return this;
        }

        /** {@code data/tokenized} is found under that name by the program; a path elsewhere in {@code data/}. */
        public Builder data(Path local) {
            return data(DataFiles.of(local));
        }

        /** As {@link #data(Path)}, under a name of its own. */
        public Builder data(Path local, String remote) {
            return data(new DataFiles(local, remote));
        }

        private Builder data(DataFiles files) {
            List<DataFiles> more = new ArrayList<>(data);
            more.add(files);
            data = List.copyOf(more);
            return this;
        }

        /** A Java program on the class path. It takes {@code --resume latest}, and ends in order at SIGTERM. */
        public Builder program(Class<?> main, String... arguments) {
            return program(main.getName(), arguments);
        }

        /** As {@link #program(Class, String...)}, by its name. */
        public Builder program(String mainClass, String... arguments) {
            this.program = new Program(mainClass, List.of(arguments));
            return this;
        }

        /**
         * Gives one of the program's flags another value, or adds it.
         *
         * @throws IllegalStateException if there is no program yet
         */
        public Builder programArgument(String flag, String value) {
            if (program == null) {
                throw new IllegalStateException("program comes first");
            }
            this.program = program.with(flag, value);
            return this;
        }

        /** A command of the machine's own instead of a Java program: nothing is installed for it. */
        public Builder command(String... words) {
            this.program = new Program("", List.of(words));
            return this;
        }

        /** Jars and directories; default: those of this JVM. */
        public Builder classPath(Collection<Path> classPath) {
            this.classPath = List.copyOf(classPath);
            return this;
        }

        /** To be installed there, as libtorch's CUDA build; jars here with natives of the same artifacts stay here. */
        public Builder natives(MavenArtifact... natives) {
            this.natives = List.of(natives);
            return this;
        }

        /** For the launcher and, through it, the ranks, as {@code -Xmx8g}. */
        public Builder jvmOptions(String... options) {
            this.jvmOptions = List.of(options);
            return this;
        }

        /** For the program, on the machine. It is kept in files there and in the journal here: no place for secrets. */
        public Builder environment(String name, String value) {
            Map<String, String> more = new LinkedHashMap<>(environment);
            more.put(name, value);
            environment = java.util.Collections.unmodifiableMap(more);
            return this;
        }

        /** Default: {@link RunPlan#DEFAULT_LAUNCHER}; empty for none, which starts one process. */
        public Builder launcher(String mainClass) {
            this.launcher = mainClass;
            return this;
        }

        /** Default: {@code --resume latest}. */
        public Builder resumeArguments(String... arguments) {
            this.resumeArguments = List.of(arguments);
            return this;
        }

        /** Flags and values in turn; default: the guide's {@code --log-every 10 --eval-every 50 --checkpoint-every 50}. */
        public Builder dryRunArguments(String... flagsAndValues) {
            this.dryRunArguments = List.of(flagsAndValues);
            return this;
        }

        /** Default: {@code checkpoints}. */
        public Builder checkpointFolder(String folder) {
            this.checkpointFolder = folder;
            return this;
        }

        /** Default: {@link Processes#GPUS}. */
        public Builder processesPerNode(Processes processes) {
            this.processes = processes;
            return this;
        }

        /** So many processes, whatever the number of GPUs; 0 for one per GPU. */
        public Builder processesPerNode(int processes) {
            return processesPerNode(new Processes(processes));
        }

        /** A short run first, at any speed. */
        public Builder dryRun(DryRun.Steps steps) {
            this.dryRun = new DryRun(steps.count(), 0);
            return this;
        }

        /** A short run first, which must be fast enough; by default there is none. */
        public Builder dryRun(DryRun.Steps steps, DryRun.ExpectedSpeed speed) {
            this.dryRun = new DryRun(steps.count(), speed.bound().share());
            return this;
        }

        public Builder withoutDryRun() {
            this.dryRun = null;
            return this;
        }

        /** The most that all machines of the run may cost together. */
        public Builder budget(Budget budget) {
            this.budget = budget;
            return this;
        }

        /** How long the run may take; default 7 days. */
        public Builder deadline(Duration deadline) {
            this.deadline = deadline;
            return this;
        }

        /** A local directory for checkpoints, logs and metrics. */
        public Builder results(Path directory) {
            this.results = directory.toAbsolutePath().normalize();
            return this;
        }

        /** Checkpoints go there from the machine as they are made, instead of here. The caller closes it. */
        public Builder backup(Bucket bucket) {
            this.backup = bucket;
            return this;
        }

        /** Checkpoints come to the results as they are made; the default. */
        public Builder withoutBackup() {
            this.backup = null;
            return this;
        }

        /** Default: rents again up to 3 times. */
        public Builder onInterruption(Interruptions interruptions) {
            this.interruptions = interruptions;
            return this;
        }

        /** Waiting times. */
        public Builder patience(Patience patience) {
            this.patience = patience;
            return this;
        }

        /** Ends the run when its GPUs idle; by default that is only told. */
        public Builder endWhenIdle(boolean end) {
            this.endWhenIdle = end;
            return this;
        }

        /**
         * The plan.
         *
         * @throws IllegalArgumentException that names what is missing or cannot be
         */
        public RunPlan build() {
            require(query != null || !offers.isEmpty(), "offers: a query, or offers to take");
            require(workload != null, "workload: parameters and tokens, for the estimate");
            require(program != null, "program: what to run");
            require(budget != null, "budget: what it may cost");
            require(results != null, "results: where checkpoints go");
            require(name.matches("[A-Za-z0-9_-]{1,40}"), "name: letters, digits, _ and -, not '" + name + "'");
            require(!deadline.isNegative() && !deadline.isZero(), "deadline: more than nothing");
            require(
                    checkpointFolder.matches("[A-Za-z0-9._/-]+")
                            && !checkpointFolder.startsWith("/")
                            && !Arrays.asList(checkpointFolder.split("/")).contains(".."),
                    "checkpointFolder: below the working directory, not '" + checkpointFolder + "'");
            require(dryRunArguments.size() % 2 == 0, "dryRunArguments: flags and values in turn");
            require(diskGb == null || diskGb >= 8, "diskGb: at least 8");
            require(
                    query == null || !query.type().equals(OfferType.INTERRUPTIBLE) || bid != null,
                    "bidDollarsPerHour: the query asks for interruptible offers, so a bid is needed");
            return new RunPlan(copy());
        }

        private static void require(boolean right, String what) {
            if (!right) {
                throw new IllegalArgumentException("A run plan needs " + what + ".");
            }
        }

        private Builder copy() {
            Builder copy = new Builder();
            copy.name = name;
            copy.query = query;
            copy.offers = offers;
            copy.bid = bid;
            copy.workload = workload;
            copy.image = image;
            copy.diskGb = diskGb;
            copy.data = data;
            copy.program = program;
            copy.classPath = classPath;
            copy.natives = natives;
            copy.jvmOptions = jvmOptions;
            copy.environment = environment;
            copy.launcher = launcher;
            copy.resumeArguments = resumeArguments;
            copy.dryRunArguments = dryRunArguments;
            copy.checkpointFolder = checkpointFolder;
            copy.processes = processes;
            copy.dryRun = dryRun;
            copy.budget = budget;
            copy.deadline = deadline;
            copy.results = results;
            copy.backup = backup;
            copy.interruptions = interruptions;
            copy.patience = patience;
            copy.endWhenIdle = endWhenIdle;
            return copy;
        }
    }
}

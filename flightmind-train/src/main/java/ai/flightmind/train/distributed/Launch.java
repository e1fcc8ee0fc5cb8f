package ai.flightmind.train.distributed;

import ai.flightmind.train.error.LaunchException;
import ai.flightmind.train.launch.LaunchResult;
import ai.flightmind.train.launch.Launcher;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/**
 * Starts a program as several processes, from the command line; from Java, {@link Launcher}. {@code --help} lists the
 * options. What stands after {@code --} is the program's main class and its arguments.
 *
 * <p>Exits with 0 when all ranks have, 1 when the launch failed, 2 for a wrong command line, and as the signal says when
 * it was stopped by one.
 */
@Command(
        name = "Launch",
        sortOptions = false,
        showDefaultValues = true,
        customSynopsis = "Launch [OPTIONS] -- MAIN_CLASS [ARGUMENTS...]",
        description =
                "Starts a program as several processes, one per GPU or share of the cores, and watches over them.",
        exitCodeListHeading = "Exit status:%n",
        exitCodeList = {"0:all ranks have ended well", "1:the launch has failed", "2:wrong command line"})
public final class Launch implements Callable<Integer> {
    private static final String END_OF_OPTIONS = "--";

    @Spec
    private CommandSpec spec;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "shows this and exits")
    @SuppressWarnings("UnusedVariable") // picocli acts on it
    private boolean help;

    @Option(names = "--nproc-per-node", paramLabel = "N", description = "ranks on each node")
    private int processesPerNode = 1;

    @Option(names = "--nnodes", paramLabel = "N", description = "nodes; each runs this command")
    private int nodes = 1;

    @Option(names = "--node-rank", paramLabel = "N", description = "which of them this is, from 0")
    private int nodeRank;

    @Option(
            names = "--master",
            paramLabel = "HOST:PORT",
            description = "where the nodes meet, on node 0; with one node, where rank 0 listens",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    private @Nullable String master;

    @Option(names = "--max-restarts", paramLabel = "N", description = "how often all ranks are started again")
    private int maxRestarts;

    @Option(
            names = "--log-dir",
            paramLabel = "DIRECTORY",
            description = "one log for each rank, a directory per launch")
    private Path logDirectory = Path.of("logs");

    @Option(
            names = "--stop-grace",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "how long ranks may take to save and end; default: 5m",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    private Duration stopGrace = Duration.ofMinutes(5);

    @Option(
            names = "--rendezvous-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "how long nodes wait for each other; default: 5m",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    private Duration rendezvousTimeout = Duration.ofMinutes(5);

    @Option(
            names = "--node-timeout",
            paramLabel = "TIME",
            converter = DurationConverter.class,
            description = "after how long without a sign of life a node is lost; default: 30s",
            showDefaultValue = CommandLine.Help.Visibility.NEVER)
    private Duration nodeTimeout = Duration.ofSeconds(30);

    private final List<String> program;

    @SuppressWarnings("NullAway.Init") // picocli sets the spec
    private Launch(List<String> program) {
        this.program = program;
    }

    /** Launches, and exits with the launch's status. */
    public static void main(String[] args) {
        Charset charset = Charset.defaultCharset();
        System.exit(
                execute(args, new PrintWriter(System.out, true, charset), new PrintWriter(System.err, true, charset)));
    }

    /** Launches, and returns the status that {@link #main} would exit with. */
    static int execute(String[] args, PrintWriter out, PrintWriter err) {
        int end = Arrays.asList(args).indexOf(END_OF_OPTIONS);
        List<String> options = List.of(args).subList(0, end < 0 ? args.length : end);
        List<String> program = end < 0 ? List.of() : List.of(args).subList(end + 1, args.length);
        return new CommandLine(new Launch(program))
                .setOut(out)
                .setErr(err)
                .setExecutionExceptionHandler((error, commandLine, parsed) -> {
                    if (error instanceof LaunchException) {
                        commandLine.getErr().println("error: " + error.getMessage());
                    } else {
                        error.printStackTrace(commandLine.getErr());
                    }
                    commandLine.getErr().flush();
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(options.toArray(String[]::new));
    }

    @Override
    public Integer call() {
        LaunchResult result = launcher().run();
        if (result.stopped()) {
            spec.commandLine().getErr().println("launch: stopped; logs are in " + result.logDirectory());
        }
        return CommandLine.ExitCode.OK;
    }

    private Launcher launcher() {
        if (program.isEmpty()) {
            throw new ParameterException(
                    spec.commandLine(), "Missing: -- and after it the program's main class and its arguments");
        }
        try {
            Launcher.Builder builder = Launcher.builder()
                    .mainClass(program.get(0))
                    .arguments(program.subList(1, program.size()))
                    .processesPerNode(processesPerNode)
                    .nodes(nodes)
                    .nodeRank(nodeRank)
                    .maxRestarts(maxRestarts)
                    .logDirectory(logDirectory)
                    .stopGrace(stopGrace)
                    .rendezvousTimeout(rendezvousTimeout)
                    .nodeTimeout(nodeTimeout);
            return (master == null ? builder : builder.master(master)).build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage() == null ? "" : e.getMessage(), e);
        }
    }

    /** Reads {@code 500ms}, {@code 30s}, {@code 5m}, {@code 2h}, and ISO's {@code PT1M30S}. */
    static final class DurationConverter implements CommandLine.ITypeConverter<Duration> {
        private static final Pattern SHORT = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

        @Override
        public Duration convert(String text) {
            Matcher matcher = SHORT.matcher(text);
            if (matcher.matches()) {
                long amount = Long.parseLong(matcher.group(1));
                return switch (matcher.group(2)) {
                    case "ms" -> Duration.ofMillis(amount);
                    case "s" -> Duration.ofSeconds(amount);
                    case "m" -> Duration.ofMinutes(amount);
                    default -> Duration.ofHours(amount);
                };
            }
            try {
                return Duration.parse(text);
            } catch (DateTimeParseException e) {
                throw new TypeConversionException("'" + text + "' is no duration; write 30s, 5m or 2h");
            }
        }
    }
}

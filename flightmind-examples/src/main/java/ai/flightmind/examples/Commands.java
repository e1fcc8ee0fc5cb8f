package ai.flightmind.examples;

import ai.flightmind.model.error.ModelException;
import ai.flightmind.train.error.TrainingException;
import ai.flightmind.vast.error.VastException;
import java.io.UncheckedIOException;
import java.util.List;
import picocli.CommandLine;

/** How the example programs read their flags and report what goes wrong: one line, no stack trace, exit status 1. */
final class Commands {
    private Commands() {}

    /** Runs a program, a Runnable or Callable, to its exit status: 0 or its own, 1 for an error, 2 for wrong flags. */
    static int execute(Object program, String... args) {
        return commandLine(program)
                .setExecutionExceptionHandler((error, commandLine, parsed) -> {
                    if (isExplained(error)) {
                        commandLine.getErr().println("error: " + error.getMessage());
                    } else {
                        error.printStackTrace(commandLine.getErr());
                    }
                    commandLine.getErr().flush();
                    return CommandLine.ExitCode.SOFTWARE;
                })
                .execute(args);
    }

    /** Reads a program's flags into it, and does not run it. */
    static void read(Object program, List<String> args) {
        commandLine(program).parseArgs(args.toArray(String[]::new));
    }

    private static CommandLine commandLine(Object program) {
        return new CommandLine(program).setCaseInsensitiveEnumValuesAllowed(true);
    }

    private static boolean isExplained(Exception error) {
        return error instanceof TrainingException
                || error instanceof ModelException
                || error instanceof VastException
                || error instanceof IllegalArgumentException
                || error instanceof UncheckedIOException;
    }
}

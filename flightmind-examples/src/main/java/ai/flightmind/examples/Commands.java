package ai.flightmind.examples;

import ai.flightmind.model.error.ModelException;
import ai.flightmind.train.error.TrainingException;
import ai.flightmind.vast.error.VastException;
import java.io.UncheckedIOException;
import picocli.CommandLine;

/** How the example programs read their flags and report what goes wrong: one line, no stack trace, exit status 1. */
final class Commands {
    private Commands() {}

    /** Runs a program, a Runnable or Callable, to its exit status: 0 or its own, 1 for an error, 2 for wrong flags. */
    static int execute(Object program, String... args) {
        return new CommandLine(program)
                .setCaseInsensitiveEnumValuesAllowed(true)
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

    private static boolean isExplained(Exception error) {
        return error instanceof TrainingException
                || error instanceof ModelException
                || error instanceof VastException
                || error instanceof IllegalArgumentException
                || error instanceof UncheckedIOException;
    }
}

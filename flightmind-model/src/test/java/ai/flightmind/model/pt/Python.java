package ai.flightmind.model.pt;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The Python on this machine that has PyTorch, if there is one. */
public final class Python {
    private static final Optional<String> COMMAND = List.of("python3", "/usr/bin/python3").stream()
            .filter(command -> run(List.of(command, "-c", "import torch")).exitCode() == 0)
            .findFirst();

    private Python() {}

    record Outcome(int exitCode, String output) {}

    /** Runs a script, which finds its arguments in {@code sys.argv[1:]}; skips the test without PyTorch. */
    public static String run(String script, Object... arguments) {
        assumeTrue(COMMAND.isPresent(), "no python3 with torch on this machine");
        List<String> command = new ArrayList<>(List.of(COMMAND.get(), "-c", script));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Outcome outcome = run(command);
        if (outcome.exitCode() != 0) {
            throw new AssertionError("Python failed:\n" + outcome.output());
        }
        return outcome.output();
    }

    private static Outcome run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Outcome(process.waitFor(), output);
        } catch (IOException e) {
            return new Outcome(-1, String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Outcome(-1, "interrupted");
        }
    }
}

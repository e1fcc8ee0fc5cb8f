package ai.flightmind.examples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A program that was run in a process of its own, and what it printed. */
record ProgramRun(int status, String output) {
    static ProgramRun of(Path directory, Class<?> program, Object... arguments)
            throws IOException, InterruptedException {
        return of(directory, List.of(), program, arguments);
    }

    static ProgramRun of(Path directory, List<String> jvmOptions, Class<?> program, Object... arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .directory(directory.toFile())
                .start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new ProgramRun(process.waitFor(), output);
        } finally {
            process.destroyForcibly();
        }
    }
}

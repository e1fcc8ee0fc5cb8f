package ai.flightmind.examples.benchmark.compare;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Runs the benchmark in a process of its own, with this one's class path and JVM options; one at a time. */
final class ChildBenchmark {
    private final String mainClass;
    private final Map<String, String> flags;
    private volatile @Nullable Process running;

    ChildBenchmark(String mainClass, Map<String, String> flags) {
        this.mainClass = mainClass;
        this.flags = flags;
        Runtime.getRuntime().addShutdownHook(new Thread(this::end, "end-benchmark"));
    }

    Round run(Variant variant) throws IOException, InterruptedException {
        Path json = Files.createTempFile("flightmind-benchmark", ".json");
        try {
            ProcessBuilder process = new ProcessBuilder(command(variant, json)).redirectErrorStream(true);
            process.environment().putAll(variant.environment());
            Process child = process.start();
            running = child;
            String output = new String(child.getInputStream().readAllBytes(), Charset.defaultCharset());
            int status = child.waitFor();
            return status == 0 ? Round.Measured.of(Files.readString(json)) : new Round.Failed(status, output);
        } finally {
            end();
            Files.delete(json);
        }
    }

    private List<String> command(Variant variant, Path json) {
        Map<String, String> all = new LinkedHashMap<>(flags);
        all.putAll(variant.flags());
        all.put("--json", json.toString());
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        Stream.concat(ManagementFactory.getRuntimeMXBean().getInputArguments().stream(), variant.jvmOptions().stream())
                .filter(option -> !option.startsWith("-agentlib:jdwp")) // whose port is taken
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), mainClass));
        all.forEach((name, value) -> command.add(name + "=" + value));
        return command;
    }

    private void end() {
        Process child = running;
        if (child != null) {
            child.destroy();
        }
    }
}

package ai.flightmind.train.history;

import ai.flightmind.train.callback.RunStart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;

/** What a process runs on, as far as it matters to whoever compares runs. Nothing of it is secret. */
final class Environment {
    private static final Path CPUINFO = Path.of("/proc/cpuinfo");
    private static final String MODEL_NAME = "model name";

    private Environment() {}

    static Map<String, String> describe(RunStart start) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("device", start.device().toString());
        if (start.device().isCuda()) {
            environment.put("gpu", start.device().hardwareName());
        }
        environment.put("processes", "" + start.worldSize());
        environment.put("cpu", processor());
        environment.put("cores", "" + Runtime.getRuntime().availableProcessors());
        environment.put("java", System.getProperty("java.runtime.version"));
        environment.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        version("pytorch").ifPresent(version -> environment.put("libtorch", version));
        return environment;
    }

    private static Optional<String> version(String artifact) {
        try {
            return Optional.ofNullable(Loader.getVersion("org.bytedeco", artifact));
        } catch (IOException e) {
            return Optional.empty(); // a jar of its own making, which has no description
        }
    }

    private static String processor() {
        try {
            return Files.readAllLines(CPUINFO).stream()
                    .filter(line -> line.startsWith(MODEL_NAME))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) {
            return System.getProperty("os.arch");
        }
    }
}

package ai.flightmind.examples.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.squareup.moshi.Moshi;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The notebooks, executed from top to bottom by Jupyter. What they look like then lies in {@code target/notebooks}. */
@Timeout(300)
@TestMethodOrder(OrderAnnotation.class)
class NotebooksTest {
    private static final Path COMMITTED = Path.of("notebooks");
    private static final Path EXECUTED = Path.of("target", "notebooks").toAbsolutePath();

    /** Those that the kernel brings alone, and those that FlightMind brings, too. */
    private static final String KERNEL_ONLY = "(jjava-jupyter|jupyter-jvm-basekernel|jeromq|jnacl)-.*";

    private static final String SHARED = "(gson|slf4j-api)-.*";

    @TempDir
    static Path directory;

    /** As in a clone that was built: {@code notebooks}, and {@code target/app} beside it. */
    @BeforeAll
    static void layOutTheBuild() throws IOException {
        assumeTrue(
                Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                        .anyMatch(bin -> Files.isExecutable(Path.of(bin, "jupyter-nbconvert"))),
                "Jupyter is not installed: Debian's jupyter-nbconvert");
        Path app = Files.createDirectories(directory.resolve("target/app"));
        StringBuilder kernel = new StringBuilder(classesOf(ShellKernel.class).toString());
        int number = 0;
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path path = Path.of(entry).toAbsolutePath();
            String name = path.getFileName().toString();
            if (name.matches(KERNEL_ONLY) || name.matches(SHARED)) {
                kernel.append(File.pathSeparator).append(path);
            }
            if (Files.isDirectory(path) && !path.equals(classesOf(ShellKernel.class))) {
                pack(path, app.resolve("classes-" + number++ + ".jar"));
            } else if (Files.isRegularFile(path) && !name.matches(KERNEL_ONLY)) {
                Files.createSymbolicLink(app.resolve(name), path);
            }
        }
        Path spec = Files.createDirectories(directory.resolve("jupyter/kernels/java"));
        Files.writeString(
                spec.resolve("kernel.json"),
                new Moshi.Builder()
                        .build()
                        .adapter(Object.class)
                        .toJson(Map.of(
                                "argv",
                                List.of(
                                        Path.of(System.getProperty("java.home"), "bin", "java")
                                                .toString(),
                                        "-Xmx1g",
                                        "-cp",
                                        kernel.toString(),
                                        ShellKernel.class.getName(),
                                        "{connection_file}"),
                                "display_name",
                                "Java",
                                "language",
                                "java")));
        Path notebooks = Files.createDirectories(directory.resolve("notebooks"));
        try (Stream<Path> files = Files.list(COMMITTED)) {
            for (Path file : files.filter(f -> f.toString().endsWith(".ipynb")).toList()) {
                Files.copy(file, notebooks.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static Path classesOf(Class<?> type) {
        return Path.of(type.getProtectionDomain().getCodeSource().getLocation().getPath());
    }

    private static void pack(Path classes, Path jar) throws IOException {
        try (JarOutputStream out = new JarOutputStream(Files.newOutputStream(jar));
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                out.putNextEntry(new JarEntry(classes.relativize(file).toString()));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }

    private static String execute(String name) throws IOException, InterruptedException {
        ProcessBuilder jupyter = new ProcessBuilder(
                        "jupyter-nbconvert",
                        "--to=notebook",
                        "--execute",
                        "--ExecutePreprocessor.timeout=240",
                        "--output-dir=" + EXECUTED,
                        name + ".ipynb")
                .directory(directory.resolve("notebooks").toFile())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve(name + ".log").toFile());
        Map<String, String> environment = jupyter.environment();
        environment.remove("VAST_API_KEY");
        environment.put("JUPYTER_PATH", directory.resolve("jupyter").toString());
        environment.put("JUPYTER_RUNTIME_DIR", directory.resolve("runtime").toString());
        environment.put("JUPYTER_CONFIG_DIR", directory.resolve("config").toString());
        Process process = jupyter.start();
        try {
            assertThat(process.waitFor())
                    .as(Files.readString(directory.resolve(name + ".log")))
                    .isZero();
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        return Files.readString(EXECUTED.resolve(name + ".ipynb"));
    }

    @Test
    @Order(1)
    void quickstartTrainsWithItsCurveAndWrites() throws Exception {
        assertThat(execute("01-quickstart"))
                .contains(
                        "step 200 of 200",
                        "data:image/png;base64,",
                        "<td style=\\\"text-align: left\\\">completed</td>")
                .contains("\"image/png\"", "METAR ");
    }

    @Test
    @Order(2)
    void marketIsSearchedRankedAndEstimatedWithoutAKey() throws Exception {
        assertThat(execute("02-find-a-gpu")).contains(">9000101<", "$ for the run", "GPU-hours", "Quebec, CA");
    }

    @Test
    @Order(3)
    void runIsPlottedAskedAndShownOnAPage() throws Exception {
        assumeTrue(Files.exists(directory.resolve("notebooks/quickstart/metrics.jsonl")), "the quickstart did not run");
        assertThat(execute("04-analyse-a-run")).contains("\"image/png\"", "<iframe", "Optional[");
    }

    @Test
    @Order(4)
    void runIsRehearsedThroughAnInterruption() throws Exception {
        assertThat(execute("03-run-in-the-cloud")).contains("\"image/png\"", "final.pt");
    }

    @ParameterizedTest
    @ValueSource(strings = {"01-quickstart", "02-find-a-gpu", "03-run-in-the-cloud", "04-analyse-a-run"})
    void committedOutputsAreThoseOfOneRun(String name) throws IOException {
        Object notebook = new Moshi.Builder()
                .build()
                .adapter(Object.class)
                .fromJson(Files.readString(COMMITTED.resolve(name + ".ipynb")));
        List<Map<?, ?>> cells = ((List<?>) Objects.requireNonNull(((Map<?, ?>) notebook).get("cells")))
                .stream()
                        .<Map<?, ?>>map(cell -> (Map<?, ?>) cell)
                        .filter(cell -> "code".equals(cell.get("cell_type")))
                        .toList();

        assertThat(cells.stream().map(cell -> cell.get("execution_count")).toList())
                .isEqualTo(IntStream.rangeClosed(1, cells.size())
                        .mapToObj(count -> (double) count)
                        .toList());
        assertThat(cells.stream().flatMap(cell -> ((List<?>) Objects.requireNonNull(cell.get("outputs"))).stream()))
                .isNotEmpty()
                .noneMatch(output -> "error".equals(((Map<?, ?>) output).get("output_type")));
    }
}

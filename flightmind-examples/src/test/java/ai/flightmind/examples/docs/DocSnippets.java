package ai.flightmind.examples.docs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The snippets of a page under {@code docs/}, each run as it stands there. In the page, a line before the fence names it:
 *
 * <pre>{@code
 * <!-- snippet: pack -->
 * ```java
 * PreparedData data = Prepare.builder()…
 * ```
 * }</pre>
 *
 * and the page's test runs it, in a directory of the test's that it shares with the page's other snippets:
 *
 * <pre>{@code
 * class PreparePageTest {
 *     private static final DocSnippets PAGE = DocSnippets.of("prepare.md");
 *
 *     @TempDir
 *     static Path directory;
 *
 *     @Test
 *     void packedCorpusIsThere() {
 *         String output = PAGE.run("pack", directory);
 *         assertThat(directory.resolve("data/train.bin")).exists();
 *     }
 *
 *     @AfterAll
 *     static void everySnippetWasRun() {
 *         PAGE.assertAllRun();
 *     }
 * }
 * }</pre>
 *
 * <p>A {@code java} snippet is the body of a main method that may throw anything. All public types of FlightMind and of the
 * usual packages of the JDK are imported; {@code import} lines at its top, as for static methods, count as in a file. It is
 * compiled and run in a process of its own with the directory as its working directory, so that paths in it are relative.
 * What it takes as given, the test says in Java: {@code PAGE.run("stream", directory, "Gpt model = …;")}.
 *
 * <p>An {@code sh} snippet is run by bash; {@code java -cp 'flightmind-examples/target/app/*'} in it means the tests' own
 * Java and class path.
 */
final class DocSnippets {
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final String APP = "java -cp 'flightmind-examples/target/app/*'";

    private final Path page;
    private final Map<String, Snippet> snippets;
    private final Set<String> run = new HashSet<>();

    private DocSnippets(Path page, Map<String, Snippet> snippets) {
        this.page = page;
        this.snippets = snippets;
    }

    /** Those of {@code docs/PAGE}. */
    static DocSnippets of(String page) {
        Path file = pages().resolve(page);
        try {
            return new DocSnippets(file, Snippet.of(file, Files.readAllLines(file)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The folder of the pages, seen from the module or from the root of the project. */
    static Path pages() {
        Path fromModule = Path.of("..", "docs");
        return Files.isDirectory(fromModule) ? fromModule : Path.of("docs");
    }

    /** Every page, also in folders below, sorted. */
    static List<Path> allPages() throws IOException {
        try (Stream<Path> files = Files.walk(pages())) {
            return files.filter(file -> file.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    /** Runs a snippet. Returns what it printed to either stream. */
    String run(String name, Path directory) {
        return run(name, directory, "");
    }

    /**
     * Runs a snippet. Returns what it printed to either stream.
     *
     * @param before what it takes as given: statements that stand before it
     * @throws AssertionError if it does not compile, or does not end with exit status 0 within 3 minutes
     */
    String run(String name, Path directory, String before) {
        return run(name, directory, before, Map.of());
    }

    /** As {@link #run(String, Path, String)}, with variables of the process's environment, as {@code JAVA_TOOL_OPTIONS}. */
    String run(String name, Path directory, String before, Map<String, String> environment) {
        Snippet snippet = snippet(name);
        run.add(name);
        try {
            Path work = Files.createTempDirectory("snippet");
            try {
                ProcessBuilder process =
                        new ProcessBuilder(command(snippet, before, work)).directory(directory.toFile());
                process.environment().putAll(environment);
                return run(snippet, process, work.resolve("output.txt"));
            } finally {
                try (Stream<Path> files = Files.list(work)) {
                    for (Path file : files.toList()) {
                        Files.delete(file);
                    }
                }
                Files.delete(work);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> command(Snippet snippet, String before, Path classes) throws IOException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classPath = System.getProperty("java.class.path");
        return switch (snippet.language()) {
            case "java" -> {
                SnippetCompiler.compile(snippet, before, classes);
                yield List.of(
                        java, "-cp", classes + System.getProperty("path.separator") + classPath, SnippetCompiler.MAIN);
            }
            case "sh" -> {
                String ours = "'" + java + "' -cp '" + classPath + "'";
                yield List.of("bash", "-euo", "pipefail", "-c", snippet.text().replace(APP, ours));
            }
            default -> throw new AssertionError(snippet + ": a snippet is java or sh, not " + snippet.language());
        };
    }

    /** Its input is at its end from the beginning. */
    private static String run(Snippet snippet, ProcessBuilder builder, Path output) throws IOException {
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            process.getOutputStream().close();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new AssertionError(
                        snippet + " runs for more than " + PATIENCE + ":\n" + Files.readString(output));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(snippet + " was interrupted", e);
        } finally {
            process.destroyForcibly();
        }
        String printed = Files.readString(output);
        if (process.exitValue() != 0) {
            throw new AssertionError(snippet + " ended with status " + process.exitValue() + ":\n" + printed);
        }
        return printed;
    }

    /** A snippet without its comments, for another one that takes it as given. */
    String text(String name) {
        return snippet(name).text().replaceAll("(?m)(^|\\s+)//.*$", "");
    }

    private Snippet snippet(String name) {
        Snippet snippet = snippets.get(name);
        if (snippet == null) {
            throw new AssertionError(page + " has no snippet " + name + ", but " + snippets.keySet());
        }
        return snippet;
    }

    /** Fails if there is a snippet on the page that was not run. */
    void assertAllRun() {
        List<String> left = new ArrayList<>(snippets.keySet());
        left.removeAll(run);
        if (!left.isEmpty()) {
            throw new AssertionError("No test ran these snippets of " + page + ": " + left);
        }
    }

    boolean isEmpty() {
        return snippets.isEmpty();
    }
}

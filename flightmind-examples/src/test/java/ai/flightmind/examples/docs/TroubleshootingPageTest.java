package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.run.RunReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A user who sees an error finds it on the page: all that are unchecked. */
class TroubleshootingPageTest {
    private static final Pattern EXCEPTION =
            Pattern.compile("^public [a-z- ]*class (\\w+) extends \\w+(?:Exception|Error)\\b", Pattern.MULTILINE);
    private static final Pattern ROW = Pattern.compile("^\\| (`\\w+`(?:, `\\w+`)*) \\| (.*) \\| (.*) \\|$");

    @ParameterizedTest
    @ValueSource(strings = {"flightmind-model", "flightmind-train", "flightmind-vast"})
    void everyExceptionOfAModuleIsInItsTable(String module) throws IOException {
        List<String> exceptions = exceptions(module);

        assertThat(exceptions).hasSizeGreaterThan(3);
        assertThat(rows("## " + module)).containsExactlyInAnyOrderElementsOf(exceptions);
    }

    @Test
    void noOtherModuleHasExceptionsOfItsOwn() throws IOException {
        try (Stream<Path> modules = Files.list(DocSnippets.pages().resolve(".."))) {
            List<Path> others = modules.filter(path -> Files.isDirectory(path.resolve("src/main/java")))
                    .filter(path -> !path.getFileName().toString().matches("flightmind-(model|train|vast)"))
                    .toList();
            assertThat(others).isNotEmpty();
            for (Path other : others) {
                assertThat(exceptions(other.getFileName().toString())).isEmpty();
            }
        }
    }

    @Test
    void everyReasonIsExplained() throws IOException {
        assertThat(rows("### SSH")).containsExactlyInAnyOrderElementsOf(names(SshException.Kind.values()));
        assertThat(rows("### Buckets")).containsExactlyInAnyOrderElementsOf(names(BucketException.Reason.values()));
        assertThat(rows("### How a run ended")).containsExactlyInAnyOrderElementsOf(names(RunReport.Outcome.values()));
    }

    private static List<String> names(Enum<?>[] constants) {
        return Arrays.stream(constants).map(Enum::name).toList();
    }

    /** What the first column of a section's table names; each says what it means. */
    private static List<String> rows(String heading) throws IOException {
        return Files.readAllLines(DocSnippets.pages().resolve("troubleshooting.md")).stream()
                .dropWhile(line -> !line.equals(heading))
                .skip(1)
                .takeWhile(line -> !line.startsWith("#"))
                .map(ROW::matcher)
                .filter(Matcher::matches)
                .peek(row -> assertThat(row.group(2)).as(row.group(1)).isNotBlank())
                .flatMap(row -> Arrays.stream(row.group(1).split(", ")))
                .map(name -> name.replace("`", ""))
                .toList();
    }

    private static List<String> exceptions(String module) throws IOException {
        Path sources = DocSnippets.pages().resolve("..").resolve(module).resolve("src/main/java");
        try (Stream<Path> files = Files.walk(sources)) {
            List<Path> java =
                    files.filter(file -> file.toString().endsWith(".java")).toList();
            return java.stream()
                    .map(TroubleshootingPageTest::text)
                    .flatMap(text -> EXCEPTION.matcher(text).results())
                    .map(found -> found.group(1))
                    .toList();
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}

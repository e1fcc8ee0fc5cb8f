package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocSnippetsTest {
    @TempDir
    Path directory;

    private DocSnippets page(String... lines) throws IOException {
        return DocSnippets.of(Files.write(directory.resolve("page.md"), List.of(lines))
                .toAbsolutePath()
                .toString());
    }

    @Test
    void javaIsRunInTheDirectoryWithWhatItTakesAsGiven() throws IOException {
        DocSnippets page = page(
                "# A page",
                "",
                "<!-- snippet: write -->",
                "```java",
                "import static ai.flightmind.model.Seed.seed;",
                "Files.writeString(Path.of(\"written.txt\"), greeting + seed(3).value());",
                "System.out.println(GptConfig.ofDepth(2).depth());",
                "```");

        assertThat(page.run("write", directory, "String greeting = \"good day \";"))
                .isEqualToIgnoringNewLines("2");

        assertThat(directory.resolve("written.txt")).hasContent("good day 3");
        page.assertAllRun();
    }

    @Test
    void commandIsRunWithOurClassPath() throws IOException {
        DocSnippets page = page(
                "<!-- snippet: help -->",
                "```sh",
                "java -cp 'flightmind-examples/target/app/*' ai.flightmind.examples.Pretrain \\",
                "    --help > help.txt",
                "```");

        page.run("help", directory);

        assertThat(directory.resolve("help.txt")).content().contains("--checkpoints");
    }

    @Test
    void whatDoesNotCompileIsNamedByItsLineOfThePage() throws IOException {
        DocSnippets page = page("<!-- snippet: wrong -->", "```java", "int right = 1;", "int wrong = \"text\";", "```");

        assertThatThrownBy(() -> page.run("wrong", directory))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("page.md:4: incompatible types");
    }

    @Test
    void whatThrowsFailsTheTest() throws IOException {
        DocSnippets page =
                page("<!-- snippet: throws -->", "```java", "throw new IllegalStateException(\"out of fuel\");", "```");

        assertThatThrownBy(() -> page.run("throws", directory))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("status 1")
                .hasMessageContaining("out of fuel");
    }

    @Test
    void snippetThatNoTestRanIsNamed() throws IOException {
        DocSnippets page = page("<!-- snippet: forgotten -->", "```java", "", "```", "```json", "{}", "```");

        assertThatThrownBy(page::assertAllRun)
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("[forgotten]");
    }

    @Test
    void javaWithoutANameIsRefused() {
        assertThatThrownBy(() -> page("Text", "```java", "int unchecked = 1;", "```"))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("page.md:3");
    }
}

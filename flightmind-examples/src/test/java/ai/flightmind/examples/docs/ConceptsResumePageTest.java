package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConceptsResumePageTest {
    @TempDir
    Path directory;

    @Test
    void sameProgramGoesOnFromWhatIsThere() throws IOException {
        DocSnippets page = DocSnippets.of("concepts/resume.md");
        byte[] tokens = new byte[2 * 64 * 40];
        for (int i = 0; i < tokens.length; i += 2) {
            tokens[i] = (byte) (i % 97);
        }
        Files.createDirectories(directory.resolve("data"));
        Files.write(directory.resolve("data/train.bin"), tokens);
        Files.write(directory.resolve("data/val.bin"), tokens);

        String output = page.run("twice", directory, """
                TokenDataset data = TokenDataset.open(Path.of("data"));
                Gpt model = Gpt.create(GptConfig.builder().depth(1).vocabSize(100).sequenceLength(64).build(),
                    Device.cpu(), Seed.seed(1));
                """);

        assertThat(output.lines().filter("4 steps"::equals)).hasSize(2);
        assertThat(directory.resolve("checkpoints/final.pt")).exists();
        page.assertAllRun();
    }
}

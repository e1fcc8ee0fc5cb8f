package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConceptsQueryPageTest {
    @TempDir
    Path directory;

    @Test
    void bothWaysGiveAQuery() {
        DocSnippets page = DocSnippets.of("concepts/query.md");

        assertThat(page.run("parse", directory))
                .contains("num_gpus", "rentable", "\"verified\":{\"eq\":true}", "\"allocated_storage\":500");
        assertThat(page.run("build", directory)).contains("gpu_name=", "num_gpus=4", "gpu_ram>=80");

        page.assertAllRun();
    }
}

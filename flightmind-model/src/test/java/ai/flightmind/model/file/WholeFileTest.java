package ai.flightmind.model.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
    @TempDir
    Path directory;

    @Test
    void fileHasItsNameOnlyWhenItIsWhole() throws IOException {
        Path file = directory.resolve("new/folder/file");

        WholeFile.write(file, out -> {
            out.write('a');
            assertThat(file).doesNotExist();
            assertThat(WholeFile.partial(file)).exists();
        });

        assertThat(file).hasContent("a");
        assertThat(file.getParent()).isDirectoryContaining(found -> found.equals(file));
        assertThat(WholeFile.partial(file)).doesNotExist();
    }

    @Test
    void failureLeavesWhatWasThere() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "before");

        assertThatThrownBy(() -> WholeFile.write(file, out -> {
                    out.write('a');
                    throw new IOException("the disk is full");
                }))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("the disk is full");
        assertThatThrownBy(() -> WholeFile.write(file, out -> {
                    throw new IllegalStateException("no content");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(file).hasContent("before");
        assertThat(WholeFile.partial(file)).doesNotExist();
    }

    @Test
    void interruptDoesNotHarmTheFile() {
        Path file = directory.resolve("file");

        Thread.currentThread().interrupt();
        WholeFile.write(file, out -> out.write('a'));

        assertThat(Thread.interrupted()).isTrue();
        assertThat(file).hasContent("a");
    }
}

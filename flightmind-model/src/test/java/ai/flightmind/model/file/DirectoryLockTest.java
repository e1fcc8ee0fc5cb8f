package ai.flightmind.model.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryLockTest {
    @TempDir
    Path directory;

    @Test
    void directoryIsTakenOnceAtATime() throws IOException {
        Path taken = directory.resolve("made/on/the/way");
        try (DirectoryLock first = DirectoryLock.tryAcquire(taken).orElseThrow()) {
            assertThat(DirectoryLock.tryAcquire(taken)).isEmpty();
            assertThat(DirectoryLock.tryAcquire(taken.resolve("../../the/way"))).isEmpty();
            try (DirectoryLock other = DirectoryLock.tryAcquire(directory).orElseThrow()) {
                assertThat(other).isNotSameAs(first);
            }
        }
        try (DirectoryLock again = DirectoryLock.tryAcquire(taken).orElseThrow()) {
            assertThat(again).isNotNull();
        }
    }

    @Test
    void fileIsNoDirectoryToTake() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "");

        assertThatThrownBy(() -> DirectoryLock.tryAcquire(file)).isInstanceOf(IOException.class);
    }
}

package ai.flightmind.model.pt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.model.error.PtFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every damage is a {@link PtFormatException}, or does not matter. */
class DamagedFileTest {
    @TempDir
    Path folder;

    private Path damaged;
    private Path small;

    @BeforeAll
    static void loadTorch() {
        Torch.load();
    }

    @BeforeEach
    void writeSmallFile() {
        damaged = folder.resolve("damaged.pt");
        small = folder.resolve("small.pt");
        PtWriter.write(
                small,
                Map.of(
                        "a", Torch.counting(ScalarType.Float, 8, 9),
                        "b", Torch.counting(ScalarType.Short, 100),
                        "config", Map.of("depth", 2)));
    }

    /** Everything in a file: the description and the bytes of all tensors. */
    @SuppressWarnings("try") // the scope is there to free the tensors
    private static String contents(Path file) {
        try (PtReader reader = PtReader.open(file);
                PointerScope scope = new PointerScope()) {
            reader.verify();
            StringBuilder all = new StringBuilder(reader.root().toString());
            Torch.forEachTensor(
                    reader.root(), t -> all.append(' ').append(Arrays.hashCode(Torch.bytes(Torch.read(reader, t)))));
            return all.toString();
        }
    }

    /** Whether the damage was found; damage that is not found must leave the contents as they were. */
    private boolean isFound(byte[] bytes, String sound, String what) throws IOException {
        Files.write(damaged, bytes);
        try {
            assertThat(contents(damaged)).as(what).isEqualTo(sound);
            return false;
        } catch (PtFormatException e) {
            assertThat(e).as(what).hasMessageContaining("damaged.pt");
            return true;
        } catch (RuntimeException e) {
            throw new AssertionError(what, e);
        }
    }

    @Test
    void truncationIsFoundAtEveryLength() throws IOException {
        byte[] bytes = Files.readAllBytes(small);
        for (int length = 0; length < bytes.length; length++) {
            assertThat(isFound(Arrays.copyOf(bytes, length), "", "length " + length))
                    .isTrue();
        }
    }

    @Test
    void truncationOfTheOriginalsCheckpointIsFound() throws IOException {
        byte[] bytes = Files.readAllBytes(OriginalCheckpointTest.CHECKPOINT);
        for (int length = bytes.length - 1; length > 0; length = length * 4 / 5) {
            assertThat(isFound(Arrays.copyOf(bytes, length), "", "length " + length))
                    .isTrue();
        }
    }

    @Test
    void aFlippedBitAnywhereIsFoundOrHarmless() throws IOException {
        String sound = contents(small);
        byte[] bytes = Files.readAllBytes(small);
        int found = 0;
        for (int position = 0; position < bytes.length; position++) {
            byte[] flipped = bytes.clone();
            flipped[position] ^= (byte) (1 << position % 8);
            found += isFound(flipped, sound, "position " + position) ? 1 : 0;
        }
        // The rest is padding and what the zip says twice.
        assertThat(found).isBetween(bytes.length / 3, bytes.length - 1);
    }

    @Test
    void aFlippedByteInTheOriginalsCheckpointIsFoundOrHarmless() throws IOException {
        String sound = contents(OriginalCheckpointTest.CHECKPOINT);
        byte[] bytes = Files.readAllBytes(OriginalCheckpointTest.CHECKPOINT);
        int directory = bytes.length - 5200;
        for (int i = 0; i < 200; i++) {
            int position = i < 100 ? i * (bytes.length / 100) : directory + (i - 100) * 52;
            byte[] flipped = bytes.clone();
            flipped[position] ^= (byte) 0xff;
            isFound(flipped, sound, "position " + position);
        }
    }

    @Test
    void aWrongChecksumNamesTheRecord() throws IOException {
        byte[] bytes = Files.readAllBytes(small);
        Files.write(damaged, bytes);
        try (PtReader reader = PtReader.open(small)) {
            PtTensor a = Tree.tensor(reader.root(), "a");
            // The float 71.0 ends tensor a.
            int last = indexOf(bytes, new byte[] {0, 0, (byte) 0x8e, 0x42});
            bytes[last] = 1;
            Files.write(damaged, bytes);
            try (PtReader broken = PtReader.open(damaged)) {
                assertThatThrownBy(() -> Torch.read(broken, a))
                        .isInstanceOf(PtFormatException.class)
                        .hasMessageContainingAll("damaged.pt", "data/" + a.storageKey(), "CRC-32", "older checkpoint");
                assertThatThrownBy(broken::verify).isInstanceOf(PtFormatException.class);
            }
        }
    }

    private static int indexOf(byte[] bytes, byte[] wanted) {
        for (int i = 0; i < bytes.length - wanted.length; i++) {
            if (Arrays.equals(bytes, i, i + wanted.length, wanted, 0, wanted.length)) {
                return i;
            }
        }
        throw new AssertionError("not found");
    }

    @Test
    void otherFilesAreNotTakenForCheckpoints() throws IOException {
        Files.writeString(damaged, "not a zip at all, but long enough to hold an end record");
        assertThatThrownBy(() -> PtReader.open(damaged))
                .isInstanceOf(PtFormatException.class)
                .hasMessageContaining("zip");
    }

    @Test
    void aMissingFileIsTroubleWithTheDiskNotWithTheFormat() {
        assertThatThrownBy(() -> PtReader.open(folder.resolve("missing.pt"))).isInstanceOf(UncheckedIOException.class);
    }
}

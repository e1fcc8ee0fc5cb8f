package ai.flightmind.model.pt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.zip.ZipEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.bytedeco.pytorch.PyTorchStreamReader;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is in the files, byte by byte and without our own reader. */
class FileLayoutTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void loadTorch() {
        Torch.load();
    }

    private static Map<String, Object> sample() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("a", Torch.counting(ScalarType.Float, 3, 5));
        root.put("b", Torch.counting(ScalarType.Byte, 77));
        root.put("c", Torch.counting(ScalarType.Long, 1001));
        root.put("step", 2);
        return root;
    }

    @Test
    void recordsAreStoredAlignedAndNamedAsByPyTorch() throws IOException {
        Path file = folder.resolve("step_7.pt");
        PtWriter.write(file, sample());
        try (ZipFile zip = ZipFile.builder().setPath(file).get()) {
            List<ZipArchiveEntry> entries = Collections.list(zip.getEntriesInPhysicalOrder());
            assertThat(entries.stream().map(ZipArchiveEntry::getName))
                    .containsExactly(
                            "step_7/data.pkl",
                            "step_7/byteorder",
                            "step_7/data/0",
                            "step_7/data/1",
                            "step_7/data/2",
                            "step_7/version");
            for (ZipArchiveEntry entry : entries) {
                assertThat(entry.getMethod()).as(entry.getName()).isEqualTo(ZipArchiveEntry.STORED);
                assertThat(entry.getDataOffset() % 64).as(entry.getName()).isZero();
                assertThat(entry.getGeneralPurposeBit().usesDataDescriptor())
                        .as(entry.getName())
                        .isFalse();
            }
            try (var in = zip.getInputStream(zip.getEntry("step_7/version"))) {
                assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII))
                        .isEqualTo("3\n");
            }
        }
    }

    @Test
    void libtorchsOwnReaderFindsTheRecords() {
        Path file = folder.resolve("native.pt");
        PtWriter.write(file, sample());
        try (PyTorchStreamReader reader = new PyTorchStreamReader(file.toString())) {
            assertThat(reader.version()).isEqualTo(3);
            assertThat(reader.hasRecord("data.pkl")).isTrue();
            assertThat(reader.getRecordSize("data/2")).isEqualTo(8008);
            assertThat(reader.getRecordOffset("data/2") % 64).isZero();
        }
    }

    @Test
    void smallFilesAreFreeOfZip64() throws IOException {
        Path file = folder.resolve("small.pt");
        PtWriter.write(file, sample());
        byte[] bytes = Files.readAllBytes(file);
        // A zip64 directory's locator would stand right before the plain end record of 22 bytes.
        ByteBuffer end = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        assertThat(end.getInt(bytes.length - 22)).isEqualTo(0x06054b50);
        assertThat(end.getInt(bytes.length - 42)).isNotEqualTo(0x07064b50);
    }

    @Test
    void equalInputGivesEqualBytesAnytimeAnywhere() throws IOException {
        Path first = folder.resolve("first.pt");
        Path second = folder.resolve("second.pt");
        PtWriter.write(first, "x", sample());
        TimeZone here = TimeZone.getDefault();
        try {
            TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Apia"));
            PtWriter.write(second, "x", sample());
        } finally {
            TimeZone.setDefault(here);
        }
        assertThat(second).hasSameBinaryContentAs(first);
        try (java.util.zip.ZipFile zip = new java.util.zip.ZipFile(first.toFile())) {
            assertThat(zip.stream().map(ZipEntry::getTimeLocal))
                    .as("no entry bears the time of writing")
                    .containsOnly(LocalDateTime.of(1980, 2, 1, 12, 0));
        }
    }

    @Test
    void anOlderLongerFileIsReplacedWhole() {
        Path file = folder.resolve("again.pt");
        PtWriter.write(file, Map.of("t", Torch.counting(ScalarType.Float, 100_000)));
        PtWriter.write(file, Map.of("t", 1));
        try (PtReader reader = PtReader.open(file)) {
            assertThat(reader.root()).isEqualTo(Map.of("t", 1L));
            assertThat(file).hasSize(fileSize(Map.of("t", 1)));
        }
    }

    private long fileSize(Map<String, ?> root) {
        Path file = folder.resolve("again2.pt");
        PtWriter.write(file, "again", root);
        return file.toFile().length();
    }

    @Test
    void writingAndReadingTakeNoMemoryToSpeakOf() throws IOException {
        assumeTrue(Files.isWritable(Path.of("/proc/self/clear_refs")), "the peak memory of a process, Linux only");
        long megabyte = 1 << 20;
        Path file = folder.resolve("large.pt");
        Tensor large = Torch.counting(ScalarType.Float, 50, megabyte);
        Tensor target = Torch.counting(ScalarType.Float, 50, megabyte)
                .fill_(large.narrow(0, 0, 1).sum());
        PtWriter.write(file, sample()); // loads the classes

        long writing = peakGrowth(() -> PtWriter.write(file, Map.of("t", large)));
        long reading = peakGrowth(() -> {
            try (PtReader reader = PtReader.open(file)) {
                reader.verify();
                reader.read(Tree.tensor(reader.root(), "t"), target);
            }
        });

        assertThat(target.equal(large)).isTrue();
        assertThat(writing).as("bytes while writing 200 MiB").isLessThan(32 * megabyte);
        assertThat(reading).as("bytes while reading 200 MiB").isLessThan(32 * megabyte);
    }

    /** How far the memory of this process, heap included, rises above where it was. */
    private static long peakGrowth(Runnable work) throws IOException {
        Files.writeString(Path.of("/proc/self/clear_refs"), "5"); // sets the peak to the present
        long before = kibibytes("VmRSS:");
        work.run();
        return (kibibytes("VmHWM:") - before) << 10;
    }

    private static long kibibytes(String field) throws IOException {
        String line = Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(l -> l.startsWith(field))
                .findFirst()
                .orElseThrow();
        return Long.parseLong(line.replaceAll("\\D", ""));
    }
}

package ai.flightmind.model.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.model.error.SafetensorsFormatException;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.model.pt.PtDtype;
import ai.flightmind.model.safetensors.SafetensorsWriter.Entry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsFileTest {
    private final Path file;

    SafetensorsFileTest(@TempDir Path folder) {
        file = folder.resolve("some.safetensors");
    }

    @BeforeAll
    static void load() {
        Libtorch.load();
    }

    private static Tensor counting(PtDtype dtype, long... shape) {
        long count = Arrays.stream(shape).reduce(1, (a, b) -> a * b);
        return torch.arange(new Scalar(count), new TensorOptions(ScalarType.Double))
                .to(dtype.scalarType())
                .reshape(shape);
    }

    private static Entry entry(String name, PtDtype dtype, long... shape) {
        return new Entry(name, dtype, Arrays.stream(shape).boxed().toList(), () -> counting(dtype, shape));
    }

    private static Tensor read(SafetensorsReader reader, String name) {
        StoredTensor stored = reader.tensor(name);
        long[] shape = stored.shape().stream().mapToLong(Long::longValue).toArray();
        Tensor tensor = torch.empty(shape, new TensorOptions(stored.dtype().scalarType()), null);
        reader.read(name, tensor);
        return tensor;
    }

    @Test
    void everyDtypeAndShapeGoesThereAndBack() {
        List<Entry> entries = new ArrayList<>();
        for (PtDtype dtype : PtDtype.values()) {
            entries.add(entry("of " + dtype, dtype, 3, 5));
        }
        entries.add(entry("scalar", PtDtype.FLOAT32));
        entries.add(entry("nothing", PtDtype.INT8, 4, 0));
        entries.add(entry("名 \"quoted\"", PtDtype.BFLOAT16, 2, 1, 3));

        SafetensorsWriter.write(file, Map.of("format", "pt"), entries);

        try (SafetensorsReader reader = SafetensorsReader.open(file);
                PointerScope scope = new PointerScope()) {
            assertThat(reader.metadata()).isEqualTo(Map.of("format", "pt"));
            assertThat(reader.tensors()).hasSize(entries.size());
            for (Entry entry : entries) {
                assertThat(read(reader, entry.name()).equal(entry.tensor().get()))
                        .as(entry.name())
                        .isTrue();
            }
        }
    }

    /** By the format's description, byte by byte. */
    @Test
    void bytesAreTheFormats() throws IOException {
        SafetensorsWriter.write(
                file, Map.of("format", "pt"), List.of(entry("a", PtDtype.INT16, 2), entry("b", PtDtype.UINT8, 3)));

        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        int length = (int) bytes.getLong();
        byte[] header = new byte[length];
        bytes.get(header);
        assertThat(length % 8).isZero();
        assertThat(new String(header, StandardCharsets.UTF_8).stripTrailing())
                .isEqualTo("{\"__metadata__\":{\"format\":\"pt\"},"
                        + "\"a\":{\"dtype\":\"I16\",\"shape\":[2],\"data_offsets\":[0,4]},"
                        + "\"b\":{\"dtype\":\"U8\",\"shape\":[3],\"data_offsets\":[4,7]}}");
        byte[] data = new byte[bytes.remaining()];
        bytes.get(data);
        assertThat(data).containsExactly(0, 0, 1, 0, 0, 1, 2);
        assertThat(Files.size(file))
                .isEqualTo(SafetensorsWriter.fileBytes(
                        Map.of("format", "pt"), List.of(entry("a", PtDtype.INT16, 2), entry("b", PtDtype.UINT8, 3))));
    }

    @Test
    void truncationIsFoundAtEveryLength() throws IOException {
        SafetensorsWriter.write(
                file, Map.of(), List.of(entry("a", PtDtype.FLOAT32, 4, 3), entry("b", PtDtype.INT8, 9)));
        byte[] bytes = Files.readAllBytes(file);
        for (int length = 0; length < bytes.length; length++) {
            Files.write(file, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> SafetensorsReader.open(file).close())
                    .as("length %s", length)
                    .isInstanceOf(SafetensorsFormatException.class)
                    .hasMessageStartingWith(file.toString());
        }
    }

    /** Names and dtypes of equal size are not protected by anything: what is found must be clear, the rest readable. */
    @Test
    void aFlippedBitInTheHeaderIsFoundOrReadable() throws IOException {
        SafetensorsWriter.write(
                file, Map.of("format", "pt"), List.of(entry("a", PtDtype.FLOAT32, 4, 3), entry("b", PtDtype.INT8, 9)));
        byte[] bytes = Files.readAllBytes(file);
        int headerEnd = bytes.length - 48 - 9;
        int found = 0;
        for (int bit = 0; bit < 8 * headerEnd; bit++) {
            byte[] flipped = bytes.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(file, flipped);
            try (SafetensorsReader reader = SafetensorsReader.open(file);
                    PointerScope scope = new PointerScope()) {
                reader.tensors()
                        .keySet()
                        .forEach(name -> assertThat(read(reader, name).numel()).isPositive());
            } catch (SafetensorsFormatException e) {
                found++;
                assertThat(e).hasMessageContaining("some.safetensors");
            }
        }
        assertThat(found).isGreaterThan(8 * headerEnd / 2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | 7 | but a should reach from byte",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}} | 9 | 1 bytes before the end of the file",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}} | 8 | takes 12 bytes, but lies at offsets 0 to 8",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}} | 12 | but the tensor before it ends at",
                "{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}} | 8 | of dtype F8_E4M3, which cannot be read",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}} | 8 | a negative number at $.a.shape",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}} | 8 | a lacks its dtype, its shape or its two data_offsets",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}} | 8 | overflow",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}} | 8 | $.a.shape",
                "{\"a\":3} | 0 | $.a",
                "[] | 0 | $",
                "{} x | 0 | not the description of tensors",
                "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}} | 2 | two tensors named a"
            })
    void headerThatCannotBeIsRefusedWithTheReason(String header, int dataBytes, String why) throws IOException {
        byte[] json = header.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        Files.write(file, bytes.putLong(json.length).put(json).array());

        assertThatThrownBy(() -> SafetensorsReader.open(file).close())
                .isInstanceOf(SafetensorsFormatException.class)
                .hasMessageStartingWith(file.toString())
                .hasMessageContaining(why);
    }

    @Test
    void headerThatCannotBeReadIsRefused() throws IOException {
        Files.write(file, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{'});
        assertThatThrownBy(() -> SafetensorsReader.open(file).close())
                .isInstanceOf(SafetensorsFormatException.class)
                .hasMessageContaining("a header of 18446744073709551615 bytes");
        Files.write(file, new byte[] {2, 0, 0, 0, 0, 0, 0, 0, '{', (byte) 0xc3});
        assertThatThrownBy(() -> SafetensorsReader.open(file).close())
                .isInstanceOf(SafetensorsFormatException.class)
                .hasMessageContaining("not UTF-8");
    }

    @Test
    void aTensorIsNotReadIntoOneOfAnotherKind() {
        SafetensorsWriter.write(file, Map.of(), List.of(entry("a", PtDtype.FLOAT32, 4, 3)));

        try (SafetensorsReader reader = SafetensorsReader.open(file);
                PointerScope scope = new PointerScope()) {
            for (Tensor other : List.of(
                    torch.zeros(3, 4), torch.zeros(12), torch.zeros(3, 4).t(), counting(PtDtype.INT32, 4, 3))) {
                assertThatThrownBy(() -> reader.read("a", other)).isInstanceOf(IllegalArgumentException.class);
            }
            assertThatThrownBy(() -> reader.read("b", torch.zeros(4, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("no tensor b");
        }
    }

    @Test
    void whatCannotBeWrittenIsRefused() {
        assertThatThrownBy(() -> SafetensorsWriter.write(
                        file, Map.of(), List.of(entry("a", PtDtype.INT8, 1), entry("a", PtDtype.INT8, 2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("named a");
        assertThat(file).doesNotExist();
        assertThatThrownBy(() -> SafetensorsWriter.write(
                        file, Map.of(), List.of(new Entry("a", PtDtype.FLOAT32, List.of(2L), () -> torch.zeros(3)))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not float32[2] but float32[3]");
    }

    @Test
    void troubleWithTheDiskIsNotTroubleWithTheFormat() {
        assertThatThrownBy(() -> SafetensorsReader.open(file).close()).isInstanceOf(UncheckedIOException.class);
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "/dev/full");
        assertThatThrownBy(() -> SafetensorsWriter.write(full, Map.of(), List.of(entry("a", PtDtype.INT8, 1))))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("No space left on device");
    }

    @Test
    void tensorsAreFreedOneByOne() {
        List<Tensor> made = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            entries.add(new Entry("t" + i, PtDtype.INT8, List.of(1L << 16), () -> {
                assertThat(made).allMatch(tensor -> tensor.isNull());
                made.add(counting(PtDtype.INT8, 1 << 16));
                return made.get(made.size() - 1);
            }));
        }
        SafetensorsWriter.write(file, Map.of(), entries);

        assertThat(made).hasSize(20).allMatch(tensor -> tensor.isNull());
    }
}

package ai.flightmind.model.pt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoundTripTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void loadTorch() {
        Torch.load();
    }

    private PtReader written(Map<String, ?> root) {
        Path file = folder.resolve("written.pt");
        PtWriter.write(file, root);
        return PtReader.open(file);
    }

    private static PtTensor tensor(PtReader reader, String key) {
        return Tree.tensor(reader.root(), key);
    }

    @ParameterizedTest
    @EnumSource(PtDtype.class)
    void everyDtypeComesBackBitForBit(PtDtype dtype) {
        Tensor tensor = Torch.counting(dtype.scalarType(), 5, 7);
        try (PtReader reader = written(Map.of("t", tensor))) {
            assertThat(tensor(reader, "t").dtype()).isEqualTo(dtype);
            assertThat(Torch.read(reader, tensor(reader, "t")).equal(tensor)).isTrue();
        }
    }

    @Test
    void tensorsLargerThanTheBufferComeBack() {
        Tensor tensor = Torch.counting(ScalarType.Int, 1_000_003);
        try (PtReader reader = written(Map.of("t", tensor))) {
            assertThat(Torch.read(reader, tensor(reader, "t")).equal(tensor)).isTrue();
        }
    }

    @Test
    void scalarsAndEmptyTensorsKeepTheirShapes() {
        Map<String, ?> root = Map.of(
                "scalar", Torch.counting(ScalarType.Float, 1).add(new Scalar(7)).reshape(),
                "empty", Torch.empty(ScalarType.Float, 0),
                "also empty", Torch.empty(ScalarType.Long, 3, 0, 2));
        try (PtReader reader = written(root)) {
            assertThat(tensor(reader, "scalar").shape()).isEmpty();
            assertThat(Torch.read(reader, tensor(reader, "scalar")).item_float())
                    .isEqualTo(7);
            assertThat(tensor(reader, "empty").shape()).containsExactly(0L);
            assertThat(tensor(reader, "also empty").shape()).containsExactly(3L, 0L, 2L);
            assertThat(Torch.read(reader, tensor(reader, "also empty")).numel()).isZero();
            reader.verify();
        }
    }

    @Test
    void plainValuesComeBack() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("none", null);
        root.put("flags", List.of(true, false));
        root.put("integers", List.of(0, 255L, 256, -1, Integer.MIN_VALUE, 1L << 31, Long.MAX_VALUE, Long.MIN_VALUE));
        root.put("floats", List.of(0.1, -0.0, Double.MIN_VALUE, Double.POSITIVE_INFINITY, 0.5f));
        root.put("text", "Flugzeug ✈ 飛行機 𝄞 \0 \n");
        root.put("tuple", PtTuple.of(0.9, 0.95));
        root.put("by number", new PtOrderedDict(Map.of(3L, Map.of())));
        root.put("list", new ArrayList<>(Arrays.asList(1, null, List.of())));
        try (PtReader reader = written(root)) {
            Map<?, ?> read = (Map<?, ?>) reader.root();
            assertThat(List.<Object>copyOf(read.keySet())).isEqualTo(List.<Object>copyOf(root.keySet()));
            assertThat(read.get("none")).isNull();
            assertThat(read.get("flags")).isEqualTo(List.of(true, false));
            assertThat(read.get("integers"))
                    .isEqualTo(List.of(
                            0L, 255L, 256L, -1L, (long) Integer.MIN_VALUE, 1L << 31, Long.MAX_VALUE, Long.MIN_VALUE));
            assertThat(read.get("floats"))
                    .isEqualTo(List.of(0.1, -0.0, Double.MIN_VALUE, Double.POSITIVE_INFINITY, 0.5));
            assertThat(read.get("text")).isEqualTo(root.get("text"));
            assertThat(read.get("tuple")).isEqualTo(List.of(0.9, 0.95));
            assertThat(read.get("by number")).isEqualTo(Map.of(3L, Map.of()));
            assertThat(read.get("list")).isEqualTo(Arrays.asList(1L, null, List.of()));
        }
    }

    @Test
    void tensorsOfOneStorageAreWrittenOnce() throws Exception {
        Tensor whole = Torch.counting(ScalarType.Float, 100, 1000);
        Tensor row = whole.narrow(0, 40, 2);
        Tensor turned = whole.t();
        try (PtReader reader = written(Map.of("whole", whole, "row", row, "turned", turned, "tied", whole.detach()))) {
            assertThat(tensor(reader, "tied")).isEqualTo(tensor(reader, "whole"));
            assertThat(tensor(reader, "row").storageKey())
                    .isEqualTo(tensor(reader, "whole").storageKey());
            assertThat(tensor(reader, "row").offset()).isEqualTo(40_000);
            assertThat(tensor(reader, "turned").isContiguous()).isFalse();
            assertThat(Torch.read(reader, tensor(reader, "whole")).equal(whole)).isTrue();
            assertThat(Torch.read(reader, tensor(reader, "row")).equal(row)).isTrue();
            assertThat(Torch.read(reader, tensor(reader, "turned")).equal(turned))
                    .isTrue();
        }
        assertThat(Files.size(folder.resolve("written.pt"))).isBetween(400_000L, 402_000L);
    }

    @Test
    void aTargetThatIsAViewOfItsOwnIsFilled() {
        Tensor tensor = Torch.counting(ScalarType.Float, 30, 20);
        Tensor target = Torch.empty(ScalarType.Float, 20, 30);
        target.set_requires_grad(true);
        try (PtReader reader = written(Map.of("t", tensor))) {
            reader.read(tensor(reader, "t"), target.t());
        }
        assertThat(target.t().equal(tensor)).isTrue();
    }

    @Test
    void expandedTensorsComeBack() {
        Tensor expanded = Torch.counting(ScalarType.Short, 4, 1).expand(4, 6);
        try (PtReader reader = written(Map.of("t", expanded))) {
            assertThat(tensor(reader, "t").storageNumel()).isEqualTo(4);
            assertThat(Torch.read(reader, tensor(reader, "t")).equal(expanded)).isTrue();
        }
    }

    @Test
    void aTargetOfAnotherShapeOrTypeIsRefusedByName() {
        try (PtReader reader = written(Map.of("t", Torch.counting(ScalarType.Float, 3, 4)))) {
            PtTensor source = tensor(reader, "t");
            assertThatThrownBy(() -> reader.read(source, Torch.empty(ScalarType.Float, 4, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("written.pt", "float32[3, 4]", "float32[4, 3]", "data/0");
            assertThatThrownBy(() -> reader.read(source, Torch.empty(ScalarType.BFloat16, 3, 4)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("float32[3, 4]", "bfloat16[3, 4]");
        }
    }

    @Test
    void oneMemoryUnderTwoTypesIsRefusedBeforeAFileIsMade() {
        Tensor floats = Torch.counting(ScalarType.Float, 4);
        assertThatThrownBy(() -> written(Map.of("a", floats, "b", floats.view(ScalarType.Int))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("float32", "int32");
        assertThat(folder.resolve("written.pt")).doesNotExist();
    }

    @Test
    void valuesThatPythonWouldNotKnowAreRefused() {
        Map<String, Object> cycle = new LinkedHashMap<>();
        cycle.put("itself", cycle);
        assertThatThrownBy(() -> written(cycle)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> written(Map.of("path", folder)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Path");
        assertThatThrownBy(() -> written(Map.of("half a pair", "\ud834"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> written(Map.of("key", Map.of(0.5, 1)))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> written(Map.of("complex", Torch.empty(ScalarType.ComplexFloat, 2))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b"})
    void impossibleFoldersAreRefused(String name) {
        assertThatThrownBy(() -> PtWriter.write(folder.resolve("x.pt"), name, Map.of()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void theReasonOfAFailedWriteIsKept() {
        Path nowhere = folder.resolve("missing/x.pt");
        assertThatThrownBy(() -> PtWriter.write(nowhere, Map.of()))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("missing");
    }

    @Test
    void aFullDiskIsNamed() {
        Path full = Path.of("/dev/full");
        assumeTrue(Files.exists(full), "/dev/full");
        assertThatThrownBy(() -> PtWriter.write(full, Map.of("t", Torch.counting(ScalarType.Float, 1 << 20))))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("No space left on device");
    }
}

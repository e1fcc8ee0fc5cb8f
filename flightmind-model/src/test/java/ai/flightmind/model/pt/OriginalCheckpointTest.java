package ai.flightmind.model.pt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The Python original's own checkpoint against the numbers that Python found in it. */
class OriginalCheckpointTest {
    static final Path CHECKPOINT = Path.of("src/test/resources/golden/step_2.pt");
    private static final Path GOLDEN = Path.of("src/test/resources/golden/golden.json");

    private PtReader reader;
    private Map<?, ?> root = Map.of();
    private Map<?, ?> expected = Map.of();

    @BeforeAll
    static void loadTorch() {
        Torch.load();
    }

    @BeforeEach
    void open() throws IOException {
        reader = PtReader.open(CHECKPOINT);
        root = Tree.map(reader.root());
        Object golden = new Moshi.Builder().build().adapter(Object.class).fromJson(Files.readString(GOLDEN));
        expected = Tree.map(Objects.requireNonNull(golden), "checkpoint_step2");
    }

    @AfterEach
    void close() {
        reader.close();
    }

    @Test
    void stepLossAndConfigAreThoseOfTheOriginal() {
        assertThat(root.keySet().stream().map(String::valueOf))
                .containsExactly("model", "optimizer", "config", "step", "loss");
        assertThat(root.get("step")).isEqualTo(2L);
        assertThat(root.get("loss")).isEqualTo(expected.get("loss"));
        assertThat(root.get("config")).isEqualTo(Map.of("depth", 2L, "vocab_size", 512L, "max_seq_len", 64L));
    }

    @Test
    void everyModelTensorHasItsStatistics() {
        Map<?, ?> model = Tree.map(root, "model");
        Map<?, ?> statistics = Tree.map(expected, "model");

        assertThat(List.<Object>copyOf(model.keySet())).isEqualTo(List.<Object>copyOf(statistics.keySet()));
        model.forEach((name, tensor) -> checkStatistics(name, (PtTensor) tensor, Tree.map(statistics, name)));
    }

    @Test
    void headAndEmbeddingShareOneStorage() {
        Map<?, ?> model = Tree.map(root, "model");

        assertThat(model.get("lm_head.weight")).isEqualTo(model.get("tok_emb.weight"));
    }

    @Test
    void everyOptimizerTensorHasItsStatistics() {
        Map<?, ?> state = Tree.map(root, "optimizer", "state");
        Map<?, ?> statistics = Tree.map(expected, "optimizer_state");

        assertThat(state.keySet().stream().map(String::valueOf))
                .containsExactlyElementsOf(
                        IntStream.range(0, 20).mapToObj(String::valueOf).toList());
        state.forEach((number, moments) -> {
            Map<?, ?> wanted = Tree.map(statistics, number.toString());
            for (String moment : List.of("exp_avg", "exp_avg_sq")) {
                PtTensor tensor = Tree.tensor(moments, moment);
                checkStatistics(number + "." + moment, tensor, Tree.map(wanted, moment));
            }
            PtTensor step = Tree.tensor(moments, "step");
            assertThat(step.shape()).isEmpty();
            assertThat(floats(step)).containsExactly(3);
        });
    }

    @Test
    void parameterGroupsKeepTheirTypes() {
        List<?> groups = Tree.list(root, "optimizer", "param_groups");
        Map<?, ?> first = Tree.map(groups, 0);

        assertThat(groups).hasSize(2);
        assertThat(first.get("betas")).isEqualTo(List.of(0.9, 0.95));
        assertThat(first.get("lr")).isEqualTo(0.0018000000000000002);
        assertThat(first.get("amsgrad")).isEqualTo(false);
        assertThat(first.containsKey("foreach")).isTrue();
        assertThat(first.get("foreach")).isNull();
        assertThat(Tree.list(groups, 1, "params")).isEqualTo(List.of(15L, 16L, 17L, 18L, 19L));
    }

    @Test
    void theFilePassesVerification() {
        reader.verify();
    }

    private void checkStatistics(Object name, PtTensor tensor, Map<?, ?> wanted) {
        List<Double> values = new ArrayList<>();
        for (double value : floats(tensor)) {
            values.add(value);
        }
        List<?> first = Tree.list(wanted, "first4");
        List<?> last = Tree.list(wanted, "last2");
        assertThat(tensor.shape().stream().map(Long::doubleValue).toList())
                .as("shape of %s", name)
                .isEqualTo(wanted.get("shape"));
        assertThat(values.subList(0, first.size())).as("first of %s", name).isEqualTo(first);
        assertThat(values.subList(values.size() - last.size(), values.size()))
                .as("last of %s", name)
                .isEqualTo(last);
        double sum = values.stream().mapToDouble(v -> v).sum();
        double l2 = Math.sqrt(values.stream().mapToDouble(v -> v * v).sum());
        assertThat(sum).as("sum of %s", name).isCloseTo(number(wanted, "sum"), within(1e-9));
        assertThat(l2).as("norm of %s", name).isCloseTo(number(wanted, "l2"), within(1e-9));
    }

    private static double number(Map<?, ?> map, String key) {
        return (Double) Objects.requireNonNull(map.get(key));
    }

    private double[] floats(PtTensor tensor) {
        ByteBuffer bytes =
                ByteBuffer.wrap(Torch.bytes(Torch.read(reader, tensor))).order(ByteOrder.LITTLE_ENDIAN);
        double[] values = new double[bytes.remaining() / Float.BYTES];
        for (int i = 0; i < values.length; i++) {
            values[i] = bytes.getFloat();
        }
        return values;
    }
}

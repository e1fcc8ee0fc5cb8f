package ai.flightmind.model;

import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.model.pt.PtReader;
import ai.flightmind.model.pt.PtTensor;
import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** What the Python original was recorded doing: depth 2, vocabulary 512, sequences of 64. */
public final class Golden {
    public static final GptConfig CONFIG =
            GptConfig.builder().depth(2).vocabSize(512).sequenceLength(64).build();

    private static final Path FOLDER = Path.of("src/test/resources/golden");

    private Golden() {}

    /** A value of golden.json by its path: names of objects, numbers of arrays. */
    public static Object at(Object... path) {
        try {
            Object value = new Moshi.Builder()
                    .build()
                    .adapter(Object.class)
                    .fromJson(Files.readString(FOLDER.resolve("golden.json")));
            for (Object key : path) {
                value = key instanceof Integer index
                        ? ((List<?>) Objects.requireNonNull(value)).get(index)
                        : ((Map<?, ?>) Objects.requireNonNull(value)).get(key);
            }
            return Objects.requireNonNull(value);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static double number(Object... path) {
        return ((Number) at(path)).doubleValue();
    }

    /** A flat or nested array of numbers, flattened. */
    public static double[] numbers(Object... path) {
        return flatten(at(path));
    }

    /** Token ids. */
    public static int[] tokens(Object... path) {
        return Arrays.stream(numbers(path)).mapToInt(number -> (int) number).toArray();
    }

    private static double[] flatten(Object value) {
        if (value instanceof Number number) {
            return new double[] {number.doubleValue()};
        }
        return ((List<?>) value)
                .stream().flatMapToDouble(each -> Arrays.stream(flatten(each))).toArray();
    }

    /** A (rows, columns) int64 tensor. */
    public static Tensor ids(Object... path) {
        List<?> rows = (List<?>) at(path);
        double[] flat = numbers(path);
        long[] ids = new long[flat.length];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (long) flat[i];
        }
        return torch.tensor(ids).view(rows.size(), -1);
    }

    public static float[] floats(String file) {
        try {
            ByteBuffer bytes =
                    ByteBuffer.wrap(Files.readAllBytes(FOLDER.resolve(file))).order(ByteOrder.LITTLE_ENDIAN);
            float[] floats = new float[bytes.remaining() / Float.BYTES];
            bytes.asFloatBuffer().get(floats);
            return floats;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static float[] values(Tensor tensor) {
        try (PointerScope scope = new PointerScope()) {
            Tensor flat = tensor.detach().to(torch.ScalarType.Float).contiguous();
            float[] values = new float[(int) flat.numel()];
            new FloatPointer(flat.data_ptr()).get(values);
            return values;
        }
    }

    /** A model with the weights of the original's checkpoint after its third step. */
    public static Gpt model() {
        Libtorch.load();
        Gpt model = Gpt.create(CONFIG, Device.cpu(), new Seed(1));
        try (PtReader reader = PtReader.open(FOLDER.resolve("step_2.pt"));
                PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Map<?, ?> weights = (Map<?, ?>) Objects.requireNonNull(((Map<?, ?>) reader.root()).get("model"));
            model.parameters()
                    .forEach((name, weight) ->
                            reader.read((PtTensor) Objects.requireNonNull(weights.get(name)), weight));
        }
        return model;
    }
}

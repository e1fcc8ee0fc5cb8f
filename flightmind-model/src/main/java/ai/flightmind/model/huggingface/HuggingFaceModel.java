package ai.flightmind.model.huggingface;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Seed;
import ai.flightmind.model.error.HuggingFaceException;
import ai.flightmind.model.error.SafetensorsFormatException;
import ai.flightmind.model.pt.PtDtype;
import ai.flightmind.model.safetensors.StoredTensor;
import java.nio.file.Path;
import java.util.Set;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/**
 * A directory in Hugging Face's layout, opened to make a model of it: what {@link HuggingFaceExport} wrote, or any Llama of
 * a Gpt's shape, in float32, float16 or bfloat16. Not for use by several threads at once.
 */
public final class HuggingFaceModel implements AutoCloseable {
    private static final Set<PtDtype> DTYPES = Set.of(PtDtype.FLOAT32, PtDtype.FLOAT16, PtDtype.BFLOAT16);

    private final Path directory;
    private final GptConfig config;
    private final WeightFiles files;

    private HuggingFaceModel(Path directory, GptConfig config, WeightFiles files) {
        this.directory = directory;
        this.config = config;
        this.files = files;
    }

    /**
     * Opens a directory and checks everything but the numbers: that its {@code config.json} describes a Gpt, and that its
     * files hold exactly that Gpt's tensors. The caller closes it.
     *
     * @throws HuggingFaceException that names the field or tensor that does not fit
     * @throws SafetensorsFormatException if a file is damaged
     */
    public static HuggingFaceModel open(Path directory) {
        GptConfig config = LlamaConfig.read(WeightFiles.required(directory, "config.json"));
        WeightFiles files = WeightFiles.open(directory);
        try {
            HuggingFaceModel model = new HuggingFaceModel(directory, config, files);
            model.requireTensors();
            return model;
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    private void requireTensors() {
        Set<String> unexpected = files.names();
        unexpected.remove(LlamaNames.TIED_HEAD); // some files repeat the embedding under this name
        unexpected.removeIf(name -> name.endsWith(".rotary_emb.inv_freq")); // and old ones tables of the rotation
        config.parameterShapes().forEach((name, shape) -> {
            String theirs = LlamaNames.of(name);
            StoredTensor stored = files.tensor(theirs);
            if (!stored.shape().equals(shape) || !DTYPES.contains(stored.dtype())) {
                throw new HuggingFaceException(directory + ": " + theirs + " is " + stored.dtype() + stored.shape()
                        + ", but a Gpt of depth " + config.depth() + " has it as floating-point numbers of shape "
                        + shape + ".");
            }
            unexpected.remove(theirs);
        });
        if (!unexpected.isEmpty()) {
            throw new HuggingFaceException(
                    directory + " holds " + unexpected.iterator().next()
                            + (unexpected.size() == 1 ? "" : " and " + (unexpected.size() - 1) + " more tensors")
                            + ", for which a Gpt has no place.");
        }
    }

    /** The shape of the model. */
    public GptConfig config() {
        return config;
    }

    /**
     * Makes the model. Its weights are float32, whatever the files hold; the caller closes it.
     *
     * @throws HuggingFaceException if a tensor holds numbers that are not finite
     * @throws SafetensorsFormatException if a file has become shorter since it was opened
     */
    public Gpt load(Device device) {
        Gpt model = Gpt.create(config, device, new Seed(0));
        try (NoGradGuard noGrad = new NoGradGuard()) {
            model.parameters().forEach(this::read);
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    private void read(String name, Tensor weight) {
        String theirs = LlamaNames.of(name);
        StoredTensor stored = files.tensor(theirs);
        try (PointerScope scope = new PointerScope()) {
            long[] shape = stored.shape().stream().mapToLong(Long::longValue).toArray();
            Tensor read = torch.empty(shape, new TensorOptions(stored.dtype().scalarType()), null);
            files.read(theirs, read);
            Tensor single = read.to(ScalarType.Float);
            if (!single.isfinite().all().item_bool()) {
                throw new HuggingFaceException(
                        directory + ": " + theirs + " holds numbers that are not finite. Copy the files again.");
            }
            weight.copy_(LlamaNames.isRotated(name) ? RotaryRows.toNeighbours(single) : single);
        }
    }

    @Override
    public void close() {
        files.close();
    }
}

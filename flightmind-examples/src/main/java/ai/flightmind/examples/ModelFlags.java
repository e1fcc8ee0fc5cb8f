package ai.flightmind.examples;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.checkpoint.CheckpointReader;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** A trained model and its tokenizer, as flags. */
final class ModelFlags {
    @Parameters(
            paramLabel = "MODEL",
            description = "a checkpoint, such as checkpoints/best.pt, or a directory in Hugging Face's layout")
    private Path model = Path.of("");

    @Option(
            names = "--adapter",
            paramLabel = "FILE",
            description = "a fine-tuning run's checkpoint, which is merged into the model; default: none",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Path adapter;

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "the tokenizer.json of the training data, or 'bytes'; default: that in the model's directory",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String tokenizer;

    /** What to call the model. */
    String name() {
        return adapter == null ? model.toString() : model + " with " + adapter;
    }

    /** The one that was named, or that lies beside the weights; the caller closes it. */
    Tokenizer openTokenizer() {
        return NamedModel.tokenizer(tokenizer, model);
    }

    /**
     * Reads the model; the caller closes it.
     *
     * @param fitting is known to fit it before the weights are read
     */
    Gpt load(Tokenizer fitting, Device target) {
        Gpt gpt = NamedModel.load(model, fitting, target);
        try {
            if (adapter != null) {
                CheckpointReader.readAdapter(adapter, gpt);
                gpt.mergeAdapter();
            }
            return gpt;
        } catch (RuntimeException e) {
            gpt.close();
            throw e;
        }
    }
}

package ai.flightmind.examples;

import static ai.flightmind.model.Seed.seed;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.huggingface.HuggingFaceModel;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.checkpoint.CheckpointReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A trained model by its path: a checkpoint, or a directory in Hugging Face's layout. */
final class NamedModel {
    private NamedModel() {}

    /**
     * The tokenizer of a model.
     *
     * @param name a {@code tokenizer.json} or {@code bytes}; null for the one in the model's directory
     */
    static Tokenizer tokenizer(@Nullable String name, Path model) {
        if (name != null) {
            return NamedTokenizer.open(name);
        }
        if (!Files.isDirectory(model)) {
            throw new IllegalArgumentException("A checkpoint does not hold its vocabulary:"
                    + " say with --tokenizer which one its training data was made with");
        }
        return Tokenizer.open(model);
    }

    /** The model, if it has a place for each token of the tokenizer. The caller closes it. */
    static Gpt load(Path model, Tokenizer fitting, Device target) {
        if (Files.isDirectory(model)) {
            try (HuggingFaceModel directory = HuggingFaceModel.open(model)) {
                fitting.requireFits(directory.config());
                return directory.load(target);
            }
        }
        GptConfig config = CheckpointReader.config(model);
        fitting.requireFits(config);
        Gpt gpt = Gpt.create(config, target, seed(0));
        try {
            CheckpointReader.readWeights(model, gpt);
            return gpt;
        } catch (RuntimeException e) {
            gpt.close();
            throw e;
        }
    }
}

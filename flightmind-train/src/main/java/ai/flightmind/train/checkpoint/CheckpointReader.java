package ai.flightmind.train.checkpoint;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Seed;
import ai.flightmind.model.error.PtFormatException;
import ai.flightmind.model.lora.LoraAdapter;
import ai.flightmind.model.pt.PtReader;
import ai.flightmind.model.pt.PtTensor;
import ai.flightmind.train.error.CheckpointException;
import ai.flightmind.train.optimizer.AdamW;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Reads checkpoints, ours and the Python original's. */
public final class CheckpointReader {
    private record Copy(PtTensor from, Tensor into) {}

    private CheckpointReader() {}

    /**
     * Reads a checkpoint into a model, an optimizer and libtorch's generators. What the file says of itself is checked
     * before the first tensor is touched.
     *
     * @param samples the order of samples of the run that will go on; a checkpoint of ours must have the same, one of the
     *     original says nothing of it
     * @return how far the run was
     * @throws CheckpointException if it is damaged, of another model, or of a run with another order of samples
     */
    public static RunState read(Path file, Gpt model, AdamW optimizer, SampleRange samples) {
        try (PtReader reader = PtReader.open(file)) {
            Fields root = Fields.root(file, reader.root());
            requireSameModel(root.map("config"), model.config(), file);
            RunState state = state(root, samples, file);
            List<Copy> copies = new ArrayList<>();
            Fields weights = trained(root, model, file);
            model.trainedParameters().forEach((name, weight) -> copies.add(new Copy(weights.tensor(name), weight)));
            optimizerState(root.map("optimizer"), optimizer, copies);
            try (PointerScope scope = new PointerScope();
                    NoGradGuard noGrad = new NoGradGuard()) {
                copies.forEach(copy -> reader.read(copy.from(), copy.into()));
                root.optionalMap(CheckpointWriter.OURS).ifPresent(ours -> restoreRandom(reader, ours, model));
            }
            return state;
        } catch (PtFormatException | IllegalArgumentException | ArithmeticException | UncheckedIOException e) {
            throw new CheckpointException(
                    "The checkpoint cannot be used: " + e.getMessage()
                            + " Resume from an older one, or from the latest, which passes damaged files over.",
                    e);
        }
    }

    /** Where the tensors are that training changes. */
    private static Fields trained(Fields root, Gpt model, Path file) {
        if (model.adapter().isEmpty()) {
            AdapterEntry.requireNone(root, file);
            return root.map("model");
        }
        Fields entry = AdapterEntry.in(root, file);
        AdapterEntry.requireFits(entry, model.adapter().get(), file);
        return entry.map("weights");
    }

    /**
     * Puts the adapter of a fine-tuning run's checkpoint beside the weights that it was trained beside, as for merging it
     * into them.
     *
     * @param model with those weights, and no adapter
     * @throws CheckpointException if it is damaged, for other weights, or no checkpoint of such a run; the model is then as
     *     it was
     */
    public static void readAdapter(Path file, Gpt model) {
        try (PtReader reader = PtReader.open(file);
                PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Fields root = Fields.root(file, reader.root());
            requireSameModel(root.map("config"), model.config(), file);
            Fields entry = AdapterEntry.in(root, file);
            LoraAdapter adapter = AdapterEntry.attach(entry, model, file);
            try {
                Fields weights = entry.map("weights");
                adapter.parameters().forEach((name, weight) -> reader.read(weights.tensor(name), weight));
            } catch (RuntimeException e) {
                model.detachAdapter();
                throw e;
            }
        } catch (PtFormatException | IllegalArgumentException | ArithmeticException | UncheckedIOException e) {
            throw new CheckpointException("The checkpoint cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * Reads only the weights, as for generating with a trained model.
     *
     * @throws CheckpointException if it is damaged, of another model, or holds an adapter only
     */
    public static void readWeights(Path file, Gpt model) {
        try (PtReader reader = PtReader.open(file);
                PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Fields root = Fields.root(file, reader.root());
            requireSameModel(root.map("config"), model.config(), file);
            AdapterEntry.requireNone(root, file);
            Fields weights = root.map("model");
            model.parameters().forEach((name, weight) -> reader.read(weights.tensor(name), weight));
        } catch (PtFormatException | IllegalArgumentException | UncheckedIOException e) {
            throw new CheckpointException("The checkpoint cannot be used: " + e.getMessage(), e);
        }
    }

    /**
     * The shape of the model in a checkpoint.
     *
     * @throws CheckpointException if it is damaged or not a checkpoint
     */
    public static GptConfig config(Path file) {
        try (PtReader reader = PtReader.open(file)) {
            Fields config = Fields.root(file, reader.root()).map("config");
            return GptConfig.builder()
                    .depth(Math.toIntExact(config.integer("depth")))
                    .vocabSize(Math.toIntExact(config.integer("vocab_size")))
                    .sequenceLength(Math.toIntExact(config.integer("max_seq_len")))
                    .build();
        } catch (PtFormatException | IllegalArgumentException | ArithmeticException | UncheckedIOException e) {
            throw new CheckpointException("The checkpoint cannot be used: " + e.getMessage(), e);
        }
    }

    private static void requireSameModel(Fields config, GptConfig ours, Path file) {
        require("depth", config.integer("depth"), ours.depth(), file);
        require("vocabulary size", config.integer("vocab_size"), ours.vocabSize(), file);
        require("sequence length", config.integer("max_seq_len"), ours.sequenceLength(), file);
    }

    private static void require(String what, long theirs, long ours, Path file) {
        if (theirs != ours) {
            throw new CheckpointException(file + " holds a model of " + what + " " + theirs + ", but this run's has "
                    + ours + ". Set the same " + what + ", or begin a new run in another directory.");
        }
    }

    private static RunState state(Fields root, SampleRange samples, Path file) {
        long nextStep = root.integer("step") + 1;
        double loss = root.number("loss");
        if (!root.has(CheckpointWriter.OURS)) {
            long targets = (long) samples.sequencesPerStep() * (samples.sequenceLength() - 1);
            return new RunState(
                    nextStep,
                    loss,
                    nextStep * targets,
                    0,
                    OptionalDouble.empty(),
                    SourceEntries.positions(Optional.empty(), samples, nextStep, file));
        }
        Fields ours = root.map(CheckpointWriter.OURS);
        long version = ours.integer("version");
        if (version != CheckpointWriter.VERSION) {
            throw new CheckpointException(
                    file + " was written in version " + version + " of the format; this program" + " reads version "
                            + CheckpointWriter.VERSION + ". Use the program that wrote it, or a newer one.");
        }
        Fields data = ours.map("data");
        new SampleRange(
                        new Seed(data.integer("seed")),
                        Math.toIntExact(data.integer("sequences_per_step")),
                        Math.toIntExact(data.integer("sequence_length")),
                        data.has("sources") ? samples.trainSequences() : data.integer("train_sequences"),
                        Map.of())
                .requireSame(samples, file);
        return new RunState(
                nextStep,
                loss,
                ours.integer("tokens"),
                ours.integer("skipped_steps"),
                ours.has("best_val_loss") ? OptionalDouble.of(ours.number("best_val_loss")) : OptionalDouble.empty(),
                SourceEntries.positions(Optional.of(data), samples, nextStep, file));
    }

    private static void optimizerState(Fields saved, AdamW optimizer, List<Copy> copies) {
        Fields states = saved.map("state");
        if (states.isEmpty()) {
            return; // of an optimizer that has made no step, as PyTorch writes it
        }
        for (int g = 0; g < optimizer.groups().size(); g++) {
            List<AdamW.Slot> slots = optimizer.groups().get(g).slots();
            List<?> numbers = saved.element("param_groups", g).list("params");
            if (numbers.size() != slots.size()) {
                throw new IllegalArgumentException("The optimizer has " + slots.size() + " parameters in group " + g
                        + ", the checkpoint " + numbers.size() + ".");
            }
            for (int i = 0; i < slots.size(); i++) {
                Fields state = states.map(numbers.get(i));
                copies.add(new Copy(state.tensor("step"), slots.get(i).steps()));
                copies.add(new Copy(state.tensor("exp_avg"), slots.get(i).mean()));
                copies.add(new Copy(state.tensor("exp_avg_sq"), slots.get(i).square()));
            }
        }
    }

    private static void restoreRandom(PtReader reader, Fields ours, Gpt model) {
        Fields saved = ours.map("random_state");
        for (Map.Entry<String, Generator> each :
                RandomState.generators(model.device()).entrySet()) {
            // A checkpoint made on the CPU has no state for a GPU's generator, which then keeps its own.
            if (saved.has(each.getKey())) {
                PtTensor from = saved.tensor(each.getKey());
                Tensor state = torch.empty(new long[] {from.numel()}, new TensorOptions(ScalarType.Byte), null);
                reader.read(from, state);
                each.getValue().set_state(state);
            }
        }
    }
}

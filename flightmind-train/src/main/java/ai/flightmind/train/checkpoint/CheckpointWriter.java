package ai.flightmind.train.checkpoint;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.file.WholeFile;
import ai.flightmind.model.pt.PtOrderedDict;
import ai.flightmind.model.pt.PtTuple;
import ai.flightmind.model.pt.PtWriter;
import ai.flightmind.train.error.CheckpointException;
import ai.flightmind.train.optimizer.AdamW;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * What stands in a checkpoint: the original's dictionary ({@code model}, {@code optimizer}, {@code config}, {@code
 * step}, {@code loss}), which its {@code --resume} and {@code torch.load} read, and in {@code flightmind} what the
 * original forgets. In that of a fine-tuning run {@code adapter} stands for {@code model}.
 */
public final class CheckpointWriter {
    private static final String TIED_HEAD = "lm_head.weight";
    private static final String EMBEDDING = "tok_emb.weight";
    private static final String FOLDER = "weights";
    private static final double DEFAULT_WEIGHT_DECAY = 0.1;
    static final String OURS = "flightmind";
    static final long VERSION = 1;

    private CheckpointWriter() {}

    /** Writes a whole file in place and has the disk confirm it; {@link CheckpointStore} makes that atomic. */
    static void write(Path file, String folder, Snapshot snapshot) {
        PtWriter.write(file, folder, snapshot.contents());
    }

    /** The dictionary of a run, with its tensors as a staging has them. */
    static Map<String, Object> contents(
            Gpt model,
            AdamW optimizer,
            double learningRate,
            RunState state,
            SampleRange samples,
            Map<String, Tensor> random,
            Staging staging) {
        Map<String, Object> root = new LinkedHashMap<>();
        model.adapter()
                .ifPresentOrElse(
                        adapter -> root.put(AdapterEntry.NAME, AdapterEntry.of(adapter, staging)),
                        () -> root.put("model", weights(model, staging)));
        root.put("optimizer", optimizer(optimizer, learningRate, staging));
        root.put("config", config(model.config()));
        root.put("step", state.lastStep());
        root.put("loss", state.loss());
        root.put(OURS, ours(state, samples, random));
        return root;
    }

    /**
     * Writes a model as the checkpoint of a run that has made no step yet: what resumes from it begins at step 0 with these
     * weights and an optimizer without history. It appears under its name only when the disk has all of it.
     *
     * @param model without an adapter: one that it has is to be merged first
     * @throws CheckpointException if it cannot be written, or the weights are not finite
     */
    public static void writeWeights(Path file, Gpt model) {
        if (model.adapter().isPresent()) {
            throw new IllegalStateException("The model has an adapter beside its weights: merge it first");
        }
        FiniteNumbers.require(model.parameters(), file.toString());
        try (PointerScope scope = new PointerScope()) {
            Map<String, Object> root = new LinkedHashMap<>();
            root.put("model", weights(model, Staging.inPlace()));
            root.put("optimizer", freshOptimizer(model));
            root.put("config", config(model.config()));
            root.put("step", -1L);
            root.put("loss", Double.NaN);
            WholeFile.replace(file, partial -> PtWriter.write(partial, FOLDER, root));
        } catch (UncheckedIOException e) {
            throw new CheckpointException("The weights could not be saved: " + e.getMessage(), e);
        }
    }

    /** As PyTorch writes one that has made no step: no state, and parameters numbered matrices first. */
    private static Map<String, Object> freshOptimizer(Gpt model) {
        long matrices = model.parameters().values().stream()
                .filter(weight -> weight.dim() >= 2)
                .count();
        long all = model.parameters().size();
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("state", Map.of());
        map.put(
                "param_groups",
                List.of(
                        group(
                                DEFAULT_WEIGHT_DECAY,
                                0,
                                LongStream.range(0, matrices).boxed().toList()),
                        group(0, 0, LongStream.range(matrices, all).boxed().toList())));
        return map;
    }

    private static PtOrderedDict weights(Gpt model, Staging staging) {
        Map<String, Tensor> weights = new LinkedHashMap<>();
        model.parameters().forEach((name, weight) -> weights.put(name, staging.of(weight)));
        weights.put(TIED_HEAD, staging.of(model.parameter(EMBEDDING)));
        return new PtOrderedDict(weights);
    }

    private static Map<String, Object> config(GptConfig config) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("depth", config.depth());
        map.put("vocab_size", config.vocabSize());
        map.put("max_seq_len", config.sequenceLength());
        return map;
    }

    private static Map<String, Object> optimizer(AdamW optimizer, double learningRate, Staging staging) {
        Map<Long, Object> states = new LinkedHashMap<>();
        List<Object> groups = new ArrayList<>();
        for (AdamW.Group group : optimizer.groups()) {
            List<Long> numbers = new ArrayList<>();
            for (AdamW.Slot slot : group.slots()) {
                long number = states.size();
                numbers.add(number);
                Map<String, Object> state = new LinkedHashMap<>();
                state.put("step", staging.of(slot.steps()));
                state.put("exp_avg", staging.of(slot.mean()));
                state.put("exp_avg_sq", staging.of(slot.square()));
                states.put(number, state);
            }
            groups.add(group(group.weightDecay(), learningRate, numbers));
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("state", states);
        map.put("param_groups", groups);
        return map;
    }

    /** All the hyperparameters that PyTorch's AdamW expects to find. */
    private static Map<String, Object> group(double weightDecay, double learningRate, List<Long> numbers) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("weight_decay", weightDecay);
        map.put("lr", learningRate);
        map.put("betas", PtTuple.of(AdamW.BETA1, AdamW.BETA2));
        map.put("eps", AdamW.EPSILON);
        map.put("amsgrad", false);
        map.put("foreach", null);
        map.put("maximize", false);
        map.put("capturable", false);
        map.put("differentiable", false);
        map.put("fused", false);
        map.put("params", numbers);
        return map;
    }

    private static Map<String, Object> ours(RunState state, SampleRange samples, Map<String, Tensor> random) {
        long consumed = state.nextStep() * samples.sequencesPerStep();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("seed", samples.seed().value());
        data.put("sequences_per_step", samples.sequencesPerStep());
        data.put("sequence_length", samples.sequenceLength());
        if (samples.sources().isEmpty()) {
            data.put("train_sequences", samples.trainSequences());
            data.put("epoch", consumed / samples.trainSequences());
            data.put("position", consumed % samples.trainSequences());
        } else {
            data.put("sources", SourceEntries.of(samples, state));
        }
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("version", VERSION);
        map.put("tokens", state.tokens());
        map.put("skipped_steps", state.skippedSteps());
        map.put(
                "best_val_loss",
                state.bestValidationLoss().isPresent()
                        ? state.bestValidationLoss().getAsDouble()
                        : null);
        map.put("data", data);
        map.put("random_state", random);
        return map;
    }
}

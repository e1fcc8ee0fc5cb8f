package ai.flightmind.train.checkpoint;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.pt.PtOrderedDict;
import ai.flightmind.model.pt.PtTuple;
import ai.flightmind.model.pt.PtWriter;
import ai.flightmind.train.optimizer.AdamW;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/**
 * What stands in a checkpoint: the original's dictionary ({@code model}, {@code optimizer}, {@code config}, {@code
 * step}, {@code loss}), which its {@code --resume} and {@code torch.load} read, and in {@code flightmind} what the
 * original forgets.
 */
final class CheckpointWriter {
    private static final String TIED_HEAD = "lm_head.weight";
    private static final String EMBEDDING = "tok_emb.weight";
    static final String OURS = "flightmind";
    static final long VERSION = 1;

    private CheckpointWriter() {}

    /** Writes a whole file in place and has the disk confirm it; {@link CheckpointStore} makes that atomic. */
    static void write(Path file, String folder, Snapshot snapshot) {
        Gpt model = snapshot.model();
        RunState state = snapshot.state();
        try (PointerScope scope = new PointerScope()) {
            Map<String, Object> root = new LinkedHashMap<>();
            Map<String, Tensor> weights = new LinkedHashMap<>(model.parameters());
            weights.put(TIED_HEAD, model.parameters().get(EMBEDDING));
            root.put("model", new PtOrderedDict(weights));
            root.put("optimizer", optimizer(snapshot.optimizer(), snapshot.learningRate()));
            root.put("config", config(model.config()));
            root.put("step", state.lastStep());
            root.put("loss", state.loss());
            root.put(OURS, ours(model, state, snapshot.samples()));
            PtWriter.write(file, folder, root);
        }
    }

    private static Map<String, Object> config(GptConfig config) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("depth", config.depth());
        map.put("vocab_size", config.vocabSize());
        map.put("max_seq_len", config.sequenceLength());
        return map;
    }

    private static Map<String, Object> optimizer(AdamW optimizer, double learningRate) {
        Map<Long, Object> states = new LinkedHashMap<>();
        List<Object> groups = new ArrayList<>();
        for (AdamW.Group group : optimizer.groups()) {
            List<Long> numbers = new ArrayList<>();
            for (AdamW.Slot slot : group.slots()) {
                long number = states.size();
                numbers.add(number);
                Map<String, Object> state = new LinkedHashMap<>();
                state.put("step", slot.steps());
                state.put("exp_avg", slot.mean());
                state.put("exp_avg_sq", slot.square());
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

    private static Map<String, Object> ours(Gpt model, RunState state, SampleRange samples) {
        long consumed = state.nextStep() * samples.sequencesPerStep();
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("seed", samples.seed().value());
        data.put("sequences_per_step", samples.sequencesPerStep());
        data.put("sequence_length", samples.sequenceLength());
        data.put("train_sequences", samples.trainSequences());
        data.put("epoch", consumed / samples.trainSequences());
        data.put("position", consumed % samples.trainSequences());
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
        map.put("random_state", RandomState.capture(model.device()));
        return map;
    }
}

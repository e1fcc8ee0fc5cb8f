package ai.flightmind.train.checkpoint;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Seed;
import ai.flightmind.model.lora.LoraAdapter;
import ai.flightmind.model.lora.LoraConfig;
import ai.flightmind.model.lora.LoraTarget;
import ai.flightmind.model.pt.PtOrderedDict;
import ai.flightmind.train.error.CheckpointException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/**
 * What stands in the checkpoint of a fine-tuning run in place of the weights: the adapter, its shape, and which weights it
 * is for.
 */
final class AdapterEntry {
    static final String NAME = "adapter";

    private AdapterEntry() {}

    static Map<String, Object> of(LoraAdapter adapter, Staging staging) {
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("rank", adapter.config().rank());
        entry.put("alpha", adapter.config().alpha());
        entry.put(
                "targets",
                adapter.config().targets().stream().map(LoraTarget::layerName).toList());
        entry.put("base", adapter.base());
        Map<String, Tensor> weights = new LinkedHashMap<>();
        adapter.parameters().forEach((name, weight) -> weights.put(name, staging.of(weight)));
        entry.put("weights", new PtOrderedDict(weights));
        return entry;
    }

    /** @throws CheckpointException if the file holds a whole model */
    static Fields in(Fields root, Path file) {
        return root.optionalMap(NAME)
                .orElseThrow(() -> new CheckpointException(file
                        + " holds no adapter, but a whole model. Read it as the weights that an adapter is put beside,"
                        + " and resume from a checkpoint of the fine-tuning run."));
    }

    /** @throws CheckpointException if the file holds an adapter only */
    static void requireNone(Fields root, Path file) {
        if (root.has(NAME)) {
            throw new CheckpointException(file + " holds an adapter only. Read the weights that it was trained beside,"
                    + " then the adapter, and merge it into them.");
        }
    }

    static LoraConfig config(Fields entry) {
        Set<LoraTarget> targets = EnumSet.noneOf(LoraTarget.class);
        entry.list("targets").forEach(name -> targets.add(LoraTarget.ofLayerName(String.valueOf(name))));
        return new LoraConfig(Math.toIntExact(entry.integer("rank")), entry.number("alpha"), targets);
    }

    /** @throws CheckpointException if the adapter is of another shape, or for other weights */
    static void requireFits(Fields entry, LoraAdapter adapter, Path file) {
        LoraConfig theirs = config(entry);
        if (!theirs.equals(adapter.config())) {
            throw new CheckpointException(file + " holds an adapter of " + theirs + ", but this run's is of "
                    + adapter.config() + ". Set the same, or begin a new run in another directory.");
        }
        requireSameBase(entry, adapter, file);
    }

    private static void requireSameBase(Fields entry, LoraAdapter adapter, Path file) {
        String base = entry.text("base");
        if (!base.equals(adapter.base())) {
            throw new CheckpointException(file + " holds an adapter for other weights: those with SHA-256 " + base
                    + ", while the model's is " + adapter.base() + ". Read the checkpoint that it was trained beside.");
        }
    }

    /** Puts the adapter of a file beside a model's weights; its numbers are yet to be read. */
    static LoraAdapter attach(Fields entry, Gpt model, Path file) {
        LoraAdapter adapter = model.attachAdapter(config(entry), new Seed(0));
        try {
            requireSameBase(entry, adapter, file);
            return adapter;
        } catch (CheckpointException e) {
            model.detachAdapter();
            throw e;
        }
    }
}

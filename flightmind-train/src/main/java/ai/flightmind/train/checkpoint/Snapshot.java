package ai.flightmind.train.checkpoint;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.optimizer.AdamW;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;

/**
 * What a checkpoint saves, at one moment of a run. Either a view of the run's own tensors, which must be written before
 * the next step changes them, or a copy in a {@link Staging}, which must be written before the next copy is made there.
 * May be copied and written by another thread than the one that took it.
 */
public final class Snapshot implements AutoCloseable {
    private final Map<String, Object> contents;
    private final Map<String, Tensor> numbers;
    private final List<Tensor> owned;
    private final long step;
    private final Staging staging;

    private Snapshot(
            Map<String, Object> contents, Map<String, Tensor> numbers, List<Tensor> owned, long step, Staging staging) {
        this.contents = contents;
        this.numbers = numbers;
        this.owned = owned;
        this.step = step;
        this.staging = staging;
    }

    /**
     * Takes one of a run as it is now. Its weights and moments must stay as they are until {@link #copy()} has returned.
     *
     * @param learningRate of the last step
     * @param state how far the run is
     * @param samples what decides the order of samples
     * @param staging where weights and moments are, as they are to be written
     */
    public static Snapshot of(
            Gpt model, AdamW optimizer, double learningRate, RunState state, SampleRange samples, Staging staging) {
        Map<String, Tensor> random = RandomState.capture(model.device());
        random.values().forEach(Tensor::retainReference);
        return new Snapshot(
                CheckpointWriter.contents(model, optimizer, learningRate, state, samples, random, staging),
                numbers(model, optimizer, staging),
                List.copyOf(random.values()),
                state.lastStep(),
                staging);
    }

    private static Map<String, Tensor> numbers(Gpt model, AdamW optimizer, Staging staging) {
        Map<String, Tensor> numbers = new LinkedHashMap<>();
        model.trainedParameters().forEach((name, weight) -> numbers.put(name, staging.of(weight)));
        List<AdamW.Slot> slots = new ArrayList<>();
        optimizer.groups().forEach(group -> slots.addAll(group.slots()));
        for (int number = 0; number < slots.size(); number++) {
            numbers.put("first moment " + number, staging.of(slots.get(number).mean()));
            numbers.put("second moment " + number, staging.of(slots.get(number).square()));
        }
        return numbers;
    }

    /** Makes the staging's copies: from then on the run may change what this shows. */
    public void copy() {
        staging.copy();
    }

    /** The file's dictionary. */
    Map<String, Object> contents() {
        return contents;
    }

    /** What must be finite, by names for people. */
    Map<String, Tensor> numbers() {
        return numbers;
    }

    /** The last step it holds. */
    long step() {
        return step;
    }

    /** Gives back what is its own, the state of the generators. */
    @Override
    public void close() {
        owned.forEach(Tensor::close);
    }
}

package ai.flightmind.train.evaluation;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Precision;
import ai.flightmind.model.error.CancelledException;
import ai.flightmind.train.error.NonFiniteException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Sums the losses of windows, several at a time and those of like length together. Not thread-safe. */
final class WindowScorer {
    /** So many batches are gathered before they are sorted by length: little padding, and little memory. */
    private static final int BATCHES_GATHERED = 32;

    private final Gpt model;
    private final Precision precision;
    private final int batchSize;
    private final List<SlidingWindows.Window> gathered = new ArrayList<>();
    private double nats;

    WindowScorer(Gpt model, Precision precision, int batchSize) {
        this.model = model;
        this.precision = precision;
        this.batchSize = batchSize;
    }

    void add(SlidingWindows.Window window) {
        gathered.add(window);
        if (gathered.size() == BATCHES_GATHERED * batchSize) {
            score();
        }
    }

    /**
     * The sum of −log p over the targets of all windows.
     *
     * @throws NonFiniteException if it is no number
     */
    double finish() {
        score();
        if (!Double.isFinite(nats)) {
            throw new NonFiniteException("The model's loss is not a finite number: its weights are damaged, or training"
                    + " had failed when they were written. Evaluate an older checkpoint.");
        }
        return nats;
    }

    private void score() {
        gathered.sort(Comparator.comparingInt(SlidingWindows.Window::length).reversed());
        for (int from = 0; from < gathered.size(); from += batchSize) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException("The evaluation was interrupted; what was scored so far is dropped.");
            }
            nats += lossSum(gathered.subList(from, Math.min(gathered.size(), from + batchSize)));
        }
        gathered.clear();
    }

    private double lossSum(List<SlidingWindows.Window> batch) {
        int width = batch.get(0).length();
        int[] inputs = new int[batch.size() * width];
        int[] targets = new int[inputs.length];
        Arrays.fill(targets, -1);
        for (int row = 0; row < batch.size(); row++) {
            SlidingWindows.Window window = batch.get(row);
            System.arraycopy(window.inputs(), 0, inputs, row * width, window.length());
            System.arraycopy(window.targets(), 0, targets, row * width, window.length());
        }
        try (PointerScope scope = new PointerScope()) {
            return model.lossSum(tensor(inputs, batch.size()), tensor(targets, batch.size()), precision)
                    .item_double();
        }
    }

    private Tensor tensor(int[] ids, int rows) {
        return torch.tensor(ids).to(model.device().toTorch(), ScalarType.Long).view(rows, -1);
    }
}

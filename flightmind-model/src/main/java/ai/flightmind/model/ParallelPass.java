package ai.flightmind.model;

import ai.flightmind.model.libtorch.Lanes;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.IntFunction;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * A micro-batch on the cores of a CPU, each with rows of its own from the first layer to the last and back. The sums of
 * their gradients are taken in the order of the rows, so that the result is the same each time.
 */
final class ParallelPass implements AutoCloseable {
    /** Each lane has gradients of its own, and more cores than these have less memory for each than they can use. */
    static final int MOST_LANES = 4;

    /** What the memory of the lanes is made for. */
    record Shape(int lanes, long rowsOfEach, long tokens, Precision precision) {
        /** With one lane where the rows cannot be shared out so that none of the threads waits for another. */
        static Shape of(Tensor tokens, int threads, Precision precision) {
            long rows = tokens.size(0);
            int lanes = threads <= MOST_LANES && rows % threads == 0 ? threads : 1;
            return new Shape(lanes, rows / lanes, tokens.size(1), precision);
        }
    }

    private record Lane(RowsPass pass, GradientSums sums) {}

    private final Shape shape;
    private final Collection<Tensor> trained;
    private final Workspace memory;
    private final LoweredWeights lowered;
    private final @Nullable Lanes threads;
    private final List<Lane> lanes = new ArrayList<>();

    ParallelPass(GptConfig config, Weights weights, RotaryEmbedding rotary, Shape shape) {
        this.shape = shape;
        this.trained = weights.trained().values();
        this.threads = shape.lanes() == 1 ? null : Lanes.of(shape.lanes());
        this.memory = new Workspace(shape.precision());
        Compute compute = new Compute(shape.precision(), false);
        try {
            lowered = new LoweredWeights(weights, shape.precision(), memory);
            for (int lane = 0; lane < shape.lanes(); lane++) {
                lanes.add(new Lane(
                        new RowsPass(
                                config, weights, lowered, rotary, compute, shape.rowsOfEach(), shape.tokens(), memory),
                        new GradientSums(trained, memory)));
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    Shape shape() {
        return shape;
    }

    /** Adds the gradients to the parameters'; hooks on them do not fire. */
    Tensor accumulate(Tensor tokens, Tensor targets, double scale, PassEnds ends) {
        lowered.refresh();
        begin();
        List<Tensor> lossSums =
                onEach(lane -> accumulate(lane, tokens, targets, scale, lane == 0 ? ends : PassEnds.untold()));
        Tensor lossSum = lossSums.get(0).clone();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            for (Tensor other : lossSums.subList(1, lossSums.size())) {
                lossSum.add_(other);
            }
            trained.forEach(this::addUp);
        } finally {
            lossSums.forEach(Tensor::close);
        }
        return lossSum;
    }

    /** On the lane's thread, which has no scope of its own. */
    private Tensor accumulate(int lane, Tensor tokens, Tensor targets, double scale, PassEnds ends) {
        RowsPass pass = lanes.get(lane).pass();
        GradientSums sums = lanes.get(lane).sums();
        try (PointerScope scope = new PointerScope()) {
            Tensor lossSum = pass.accumulate(rowsOf(lane, tokens), rowsOf(lane, targets), scale, sums, ends);
            lossSum.retainReference();
            return lossSum;
        }
    }

    private Tensor rowsOf(int lane, Tensor all) {
        return all.narrow(0, lane * shape.rowsOfEach(), shape.rowsOfEach());
    }

    private List<Tensor> onEach(IntFunction<Tensor> work) {
        return threads == null ? List.of(work.apply(0)) : threads.run(work);
    }

    /** The first lane goes on with the parameters' own gradients, where it has made them. */
    private void begin() {
        try (PointerScope scope = new PointerScope()) {
            for (Lane lane : lanes) {
                lane.sums().clear();
            }
            for (Tensor parameter : trained) {
                if (isOfFirst(parameter)) {
                    lanes.get(0).sums().goOn(parameter);
                }
            }
        }
    }

    private boolean isOfFirst(Tensor parameter) {
        Tensor grad = parameter.grad();
        return grad.defined()
                && grad.data_ptr().address()
                        == lanes.get(0).sums().sum(parameter).data_ptr().address();
    }

    private void addUp(Tensor parameter) {
        int first = isOfFirst(parameter) ? 1 : 0;
        for (Lane lane : lanes.subList(first, lanes.size())) {
            Tensor sum = lane.sums().sum(parameter);
            Tensor grad = parameter.grad();
            if (grad.defined()) {
                grad.add_(sum);
            } else {
                parameter.mutable_grad().put(sum);
            }
        }
    }

    @Override
    public void close() {
        if (threads != null) {
            threads.close();
        }
        lanes.forEach(lane -> lane.pass().close());
        memory.close();
    }
}

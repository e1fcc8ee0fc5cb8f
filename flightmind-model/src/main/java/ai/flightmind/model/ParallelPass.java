package ai.flightmind.model;

import ai.flightmind.model.GradientPass.Gradients;
import ai.flightmind.model.libtorch.Lanes;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;

/**
 * A micro-batch on the cores of a CPU, each with rows of its own from the first layer to the last and back. The sums of
 * their gradients are taken in the order of the rows, so that the result is the same each time.
 */
final class ParallelPass implements AutoCloseable {
    /** Each lane has gradients of its own, and more cores than these have less memory for each than they can use. */
    static final int MOST_LANES = 4;

    private final Weights weights;
    private final Lanes lanes;
    private final List<GradientPass> passes = new ArrayList<>();

    ParallelPass(GptConfig config, Weights weights, Decoder decoder, int count) {
        this.weights = weights;
        this.lanes = Lanes.of(count);
        for (int lane = 0; lane < count; lane++) {
            passes.add(new GradientPass(config, weights, decoder));
        }
    }

    /** Whether rows can be shared out so that none of as many threads waits for another. */
    static boolean fits(long rows, int threads) {
        return threads > 1 && threads <= MOST_LANES && rows % threads == 0;
    }

    int lanes() {
        return lanes.count();
    }

    /** Adds the gradients to the parameters'; hooks on them do not fire. */
    Tensor accumulate(Tensor tokens, Tensor targets, double scale, Compute compute, Runnable beforeBackward) {
        long rows = tokens.size(0) / lanes.count();
        List<Gradients> all = lanes.run(lane -> passes.get(lane)
                .gradients(
                        tokens.narrow(0, lane * rows, rows),
                        targets.narrow(0, lane * rows, rows),
                        scale,
                        compute,
                        lane == 0 ? beforeBackward : () -> {}));
        Tensor lossSum = all.get(0).lossSum().clone();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            for (Gradients gradients : all.subList(1, all.size())) {
                lossSum.add_(gradients.lossSum());
            }
            int index = 0;
            for (Tensor parameter : weights.trained().values()) {
                for (Gradients gradients : all) {
                    add(gradients.ofParameters().get(index), parameter);
                }
                index++;
            }
        } finally {
            all.forEach(Gradients::close);
        }
        return lossSum;
    }

    private static void add(Tensor gradient, Tensor parameter) {
        Tensor sum = parameter.grad();
        if (sum.defined()) {
            sum.add_(gradient);
        } else {
            parameter.mutable_grad().put(gradient);
        }
    }

    @Override
    public void close() {
        lanes.close();
        passes.forEach(GradientPass::close);
    }
}

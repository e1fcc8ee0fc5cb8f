package ai.flightmind.train.optimizer;

import ai.flightmind.model.libtorch.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;

/**
 * AdamW (Loshchilov and Hutter, 2019) with betas 0.9 and 0.95 and epsilon 1e-8. Weight decay applies to matrices only.
 * Owns its moments, two float32 tensors per parameter. Not thread-safe.
 */
public final class AdamW implements AutoCloseable {
    public static final double BETA1 = 0.9;
    public static final double BETA2 = 0.95;
    public static final double EPSILON = 1e-8;

    /**
     * What is remembered of one parameter.
     *
     * @param parameter the weight itself; not owned
     * @param steps how many updates it has had; a float32 scalar, as PyTorch keeps it
     * @param mean the first moment, as large as the parameter
     * @param square the second moment, as large as the parameter
     */
    public record Slot(Tensor parameter, Tensor steps, Tensor mean, Tensor square) {}

    /**
     * Parameters that share hyperparameters.
     *
     * @param weightDecay decoupled, times the learning rate at each step
     */
    public record Group(double weightDecay, List<Slot> slots) {}

    private final List<Group> groups;
    private final Operator fusedStep = Operator.of("aten::_fused_adamw_", "");
    private final Operator increment = Operator.of("aten::_foreach_add_", "Tensor");

    /**
     * An optimizer without history.
     *
     * @param parameters float32 leaves, in the order of the state dict
     * @param weightDecay for those with two or more dimensions
     */
    public AdamW(Map<String, Tensor> parameters, double weightDecay) {
        List<Slot> matrices = new ArrayList<>();
        List<Slot> others = new ArrayList<>();
        for (Tensor parameter : parameters.values()) {
            (parameter.dim() >= 2 ? matrices : others).add(slot(parameter));
        }
        groups = List.of(new Group(weightDecay, List.copyOf(matrices)), new Group(0, List.copyOf(others)));
    }

    /** Matrices first, then the rest: the order in which the original numbers its parameters. */
    public List<Group> groups() {
        return groups;
    }

    /**
     * Updates every parameter from its gradient, clipped in place, or leaves everything as it is, as the device decides:
     * nothing waits for it.
     */
    public void step(double learningRate, Clipping clipping) {
        for (Group group : groups) {
            if (group.slots().isEmpty()) {
                continue;
            }
            try (PointerScope scope = new PointerScope()) {
                List<Slot> slots = group.slots();
                IValue steps = Operator.tensors(slots.stream().map(Slot::steps).toList());
                increment.call(steps, new IValue(clipping.applied()), Operator.scalar(1));
                boolean amsgrad = false;
                boolean maximize = false;
                fusedStep.call(
                        Operator.tensors(slots.stream().map(Slot::parameter).toList()),
                        Operator.tensors(
                                slots.stream().map(s -> s.parameter().grad()).toList()),
                        Operator.tensors(slots.stream().map(Slot::mean).toList()),
                        Operator.tensors(slots.stream().map(Slot::square).toList()),
                        Operator.tensors(List.of()),
                        steps,
                        new IValue(learningRate),
                        new IValue(BETA1),
                        new IValue(BETA2),
                        new IValue(group.weightDecay()),
                        new IValue(EPSILON),
                        new IValue(amsgrad),
                        new IValue(maximize),
                        new IValue(clipping.divisor()),
                        new IValue(clipping.leftOut()));
            }
        }
    }

    private static Slot slot(Tensor parameter) {
        try (PointerScope scope = new PointerScope()) {
            Tensor like = parameter.detach();
            TensorOptions options = like.options();
            return new Slot(
                    parameter,
                    kept(torch.zeros(new long[] {}, options)),
                    kept(torch.zeros_like(like)),
                    kept(torch.zeros_like(like)));
        }
    }

    private static Tensor kept(Tensor tensor) {
        tensor.retainReference();
        return tensor;
    }

    @Override
    public void close() {
        for (Group group : groups) {
            for (Slot slot : group.slots()) {
                slot.steps().close();
                slot.mean().close();
                slot.square().close();
            }
        }
    }
}

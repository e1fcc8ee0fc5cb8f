package ai.flightmind.train.optimizer;

import ai.flightmind.model.libtorch.Operator;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The gradients of a set of parameters, taken together. */
public final class Gradients {
    /** As in PyTorch's clip_grad_norm_, so that a norm of 0 divides well. */
    private static final float EPSILON = 1e-6f;

    private final List<Tensor> parameters;
    private final Operator norm = Operator.of("aten::_foreach_norm", "Scalar");
    private final Operator scale = Operator.of("aten::_foreach_mul_", "Scalar");

    public Gradients(Collection<Tensor> parameters) {
        this.parameters = List.copyOf(parameters);
    }

    /** The Euclidean norm of all gradients together. Waits for the device. */
    public float norm() {
        try (PointerScope scope = new PointerScope()) {
            GenericList norms = norm.call(Operator.tensors(current()), Operator.scalar(2), Operator.none())
                    .get(0)
                    .toList();
            TensorVector each = new TensorVector();
            for (long i = 0; i < norms.size(); i++) {
                each.push_back(norms.get(i).toTensor());
            }
            return torch.stack(each).norm().item_float();
        }
    }

    /** Scales the gradients down, in place, so that their norm is at most {@code maxNorm}. */
    public void clip(float currentNorm, double maxNorm) {
        float factor = (float) maxNorm / (currentNorm + EPSILON);
        if (factor < 1) {
            try (PointerScope scope = new PointerScope()) {
                scale.call(Operator.tensors(current()), Operator.scalar(factor));
            }
        }
    }

    private List<Tensor> current() {
        List<Tensor> gradients = new ArrayList<>(parameters.size());
        for (Tensor parameter : parameters) {
            gradients.add(parameter.grad());
        }
        return gradients;
    }
}

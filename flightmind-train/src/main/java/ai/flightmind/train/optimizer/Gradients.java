package ai.flightmind.train.optimizer;

import ai.flightmind.model.libtorch.Operator;
import java.util.Collection;
import java.util.List;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The gradients of a set of parameters, taken together. */
public final class Gradients {
    private final List<Tensor> parameters;
    private final Operator norm = Operator.of("aten::_foreach_norm", "Scalar");

    public Gradients(Collection<Tensor> parameters) {
        this.parameters = List.copyOf(parameters);
    }

    /**
     * The Euclidean norm of all gradients together: a float32 scalar on their device, which is not waited for. It belongs
     * to the caller's scope.
     */
    public Tensor norm() {
        List<Tensor> gradients = parameters.stream().map(Tensor::grad).toList();
        GenericList norms = norm.call(Operator.tensors(gradients), Operator.scalar(2), Operator.none())
                .get(0)
                .toList();
        TensorVector each = new TensorVector();
        for (long i = 0; i < norms.size(); i++) {
            each.push_back(norms.get(i).toTensor());
        }
        return torch.stack(each).norm();
    }
}

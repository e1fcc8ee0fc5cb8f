package ai.flightmind.model;

import ai.flightmind.model.libtorch.Operator;
import java.util.Optional;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.Tensor;

/**
 * x · Wᵀ by oneDNN on the CPU, in new memory. It takes float32 factors as they lie, where OpenBLAS copies a row-major Wᵀ
 * slowly before it multiplies; libtorch's own products use oneDNN for bfloat16 alone. Thread-safe.
 */
final class OneDnnLinear {
    private static final int SCALARS = 4; // their place in the schema

    private final Operator operator;
    private final IValue none = kept(Operator.none()); // a bias, and which of several algorithms
    private final IValue nothing = kept(Operator.text("none")); // to be done to the result
    private final IValue scalars; // of what is done to it

    private OneDnnLinear(Operator operator) {
        this.operator = operator;
        this.scalars = kept(operator.emptyList(SCALARS));
    }

    /** Empty where libtorch was built without oneDNN. */
    static Optional<OneDnnLinear> find() {
        return Operator.find("mkldnn::_linear_pointwise", "").map(OneDnnLinear::new);
    }

    /** (R, in) and (out, in) give (R, out). */
    Tensor of(Tensor x, Tensor weight) {
        try (IValueVector results = operator.call(new IValue(x), new IValue(weight), none, nothing, scalars, none)) {
            return new Tensor(results.get(0).toTensor()); // which lies in the results
        }
    }

    /** Whatever scope it was made in. */
    private static IValue kept(IValue argument) {
        argument.retainReference();
        return argument;
    }
}

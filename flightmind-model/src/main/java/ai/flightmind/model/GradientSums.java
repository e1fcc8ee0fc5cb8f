package ai.flightmind.model;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Objects;
import java.util.Set;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Gradients of the trained parameters, float32, by the parameter. The first term of each takes the place of what the
 * memory held, so that nothing is filled with zeros. Used by one thread at a time.
 */
final class GradientSums {
    private final IdentityHashMap<Tensor, Tensor> sums = new IdentityHashMap<>();
    private final Set<Tensor> begun = Collections.newSetFromMap(new IdentityHashMap<>());

    GradientSums(Collection<Tensor> parameters, Workspace memory) {
        parameters.forEach(parameter ->
                sums.put(parameter, memory.full(parameter.sizes().vec().get())));
    }

    /** Forgets all terms. */
    void clear() {
        begun.clear();
    }

    /** What the memory holds is the first term. */
    void goOn(Tensor parameter) {
        begun.add(parameter);
    }

    /** Null for what is not trained. */
    @Nullable
    Tensor of(Tensor parameter) {
        return sums.get(parameter);
    }

    /** Of what is trained. */
    Tensor sum(Tensor parameter) {
        return Objects.requireNonNull(sums.get(parameter));
    }

    /** Whether the sum has terms already; from now on it does. */
    boolean goesOn(Tensor parameter) {
        return !begun.add(parameter);
    }

    /** Adds scale · a · b, or nothing if the parameter is not trained. */
    void addProduct(Tensor parameter, Tensor a, Tensor b, double scale) {
        Tensor sum = sums.get(parameter);
        if (sum != null) {
            Product.sum(sum, a, b, goesOn(parameter), scale);
        }
    }

    /** Adds a · b of a matrix and a vector, likewise. */
    void addVector(Tensor parameter, Tensor a, Tensor b) {
        Tensor sum = sums.get(parameter);
        if (sum != null) {
            sum.addmv_(a, b, new Scalar(goesOn(parameter) ? 1.0 : 0.0), new Scalar(1.0));
        }
    }
}

package ai.flightmind.model.libtorch;

import java.util.List;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorType;
import org.bytedeco.pytorch.Type;

/**
 * An operator of libtorch's dispatcher, called by name. For the fused and multi-tensor operators whose names begin with
 * an underscore and for which bytedeco generates no Java method. Thread-safe once made.
 */
public final class Operator {
    private final OperatorHandle handle;

    private Operator(OperatorHandle handle) {
        this.handle = handle;
    }

    /**
     * Finds an operator in libtorch's registry.
     *
     * @param name with its namespace, such as {@code aten::_fused_adamw_}
     * @param overload the part of the schema's name after the dot, or empty
     */
    public static Operator of(String name, String overload) {
        Libtorch.load();
        OperatorHandle found = Dispatcher.singleton().findSchemaOrThrow(name, overload);
        found.retainReference();
        return new Operator(found);
    }

    /** Calls the operator with arguments in the schema's order, all of them; what it returns stands in the result. */
    public IValueVector call(IValue... arguments) {
        IValueVector stack = new IValueVector();
        for (IValue argument : arguments) {
            stack.push_back(argument);
        }
        handle.callBoxed(stack);
        return stack;
    }

    /** An argument of type {@code Tensor[]}. */
    public static IValue tensors(List<Tensor> tensors) {
        GenericList list = new GenericList(new Type.TypePtr(TensorType.get()));
        list.reserve(tensors.size());
        for (Tensor tensor : tensors) {
            list.push_back(new IValue(tensor));
        }
        return new IValue(list);
    }

    /** An argument of type {@code Scalar}. */
    public static IValue scalar(double value) {
        return new IValue(new Scalar(value));
    }

    /** The argument {@code None}. */
    public static IValue none() {
        return new IValue();
    }
}

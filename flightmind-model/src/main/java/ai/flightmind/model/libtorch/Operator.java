package ai.flightmind.model.libtorch;

import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Dispatcher;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.OperatorHandle;
import org.bytedeco.pytorch.OperatorHandleOptional;
import org.bytedeco.pytorch.OperatorName;
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

    /** Finds an operator that not every build of libtorch has, as {@link #of} does one that it must have. */
    public static Optional<Operator> find(String name, String overload) {
        Libtorch.load();
        try (PointerScope scope = new PointerScope()) {
            OperatorHandleOptional found = Dispatcher.singleton().findSchema(new OperatorName(name, overload));
            if (!found.has_value()) {
                return Optional.empty();
            }
        }
        return Optional.of(of(name, overload));
    }

    /**
     * Calls the operator with arguments in the schema's order, all of them; what it returns stands in the result. A tensor of it
     * lies in its memory: who keeps one longer takes a handle of its own.
     */
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

    /** An empty list for the argument at an index, whatever the type of its elements. */
    public IValue emptyList(long index) {
        return new IValue(new GenericList(
                handle.schema().arguments().getPointer(index).type().get().containedType(0)));
    }

    /** An argument of type {@code str}. */
    public static IValue text(String text) {
        return new IValue(new BytePointer(text));
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

package ai.flightmind.model.pt;

import ai.flightmind.model.libtorch.Libtorch;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** libtorch for these tests: loaded once, and a few tensors to write. */
final class Torch {
    private Torch() {}

    /** To be called before any class of libtorch is touched. */
    static void load() {
        Libtorch.load();
    }

    static Tensor empty(ScalarType type, long... shape) {
        return torch.empty(shape, new TensorOptions(type), null);
    }

    /** 0, 1, 2, … in the given shape. */
    static Tensor counting(ScalarType type, long... shape) {
        long numel = 1;
        for (long size : shape) {
            numel *= size;
        }
        return torch.arange(new Scalar(numel), new TensorOptions(ScalarType.Double))
                .to(type)
                .reshape(shape);
    }

    /** A new tensor with what the file holds. */
    static Tensor read(PtReader reader, PtTensor source) {
        Tensor target = empty(source.dtype().scalarType(), TensorBytes.array(source.shape()));
        reader.read(source, target);
        return target;
    }

    static byte[] bytes(Tensor tensor) {
        Tensor contiguous = tensor.detach().contiguous();
        byte[] bytes = new byte[(int) contiguous.nbytes()];
        if (bytes.length > 0) {
            new BytePointer(contiguous.data_ptr()).get(bytes, 0, bytes.length);
        }
        return bytes;
    }

    /** Walks a root value and hands every tensor in it to the visitor. */
    static void forEachTensor(Object value, Consumer<PtTensor> visitor) {
        if (value instanceof PtTensor tensor) {
            visitor.accept(tensor);
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(item -> forEachTensor(item, visitor));
        } else if (value instanceof List<?> list) {
            list.forEach(item -> forEachTensor(item, visitor));
        }
    }
}

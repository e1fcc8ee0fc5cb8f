package ai.flightmind.model;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.MemoryFormatOptional;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Tensors on the CPU that are computed into pass after pass: fresh memory costs as much as what is computed into it. */
final class Workspace implements AutoCloseable {
    private final ScalarType lowered;
    private final List<Tensor> tensors = new ArrayList<>();

    /** @param precision of what goes into products */
    Workspace(Precision precision) {
        this.lowered = precision.ofProducts();
    }

    /** Float32, with anything in it. */
    Tensor full(long... sizes) {
        return tensor(ScalarType.Float, sizes);
    }

    /** Of the numbers that matrices are multiplied in, with anything in it. */
    Tensor lowered(long... sizes) {
        return tensor(lowered, sizes);
    }

    /** Float32, filled. */
    Tensor filled(double value, long... sizes) {
        Tensor made = full(sizes);
        try (PointerScope scope = new PointerScope()) {
            made.fill_(new Scalar(value));
        }
        return made;
    }

    /** The beginning of a flat one in another shape, the same memory. */
    Tensor view(Tensor flat, long... sizes) {
        try (PointerScope scope = new PointerScope()) {
            return keep(flat.narrow(0, 0, LongStream.of(sizes).reduce(1, Math::multiplyExact))
                    .view(sizes));
        }
    }

    private Tensor tensor(ScalarType dtype, long... sizes) {
        try (PointerScope scope = new PointerScope()) {
            return keep(torch.empty(sizes, new TensorOptions(dtype), new MemoryFormatOptional()));
        }
    }

    /** Also keeps this one, and gives it back. */
    Tensor keep(Tensor made) {
        made.retainReference();
        tensors.add(made);
        return made;
    }

    @Override
    public void close() {
        tensors.forEach(Tensor::close);
        tensors.clear();
    }
}

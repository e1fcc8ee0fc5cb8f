package ai.flightmind.model.pt;

import java.util.Locale;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.jspecify.annotations.Nullable;

/** The element types that can be read and written. */
public enum PtDtype {
    FLOAT32("FloatStorage", ScalarType.Float, 4),
    FLOAT64("DoubleStorage", ScalarType.Double, 8),
    FLOAT16("HalfStorage", ScalarType.Half, 2),
    BFLOAT16("BFloat16Storage", ScalarType.BFloat16, 2),
    INT64("LongStorage", ScalarType.Long, 8),
    INT32("IntStorage", ScalarType.Int, 4),
    INT16("ShortStorage", ScalarType.Short, 2),
    INT8("CharStorage", ScalarType.Char, 1),
    UINT8("ByteStorage", ScalarType.Byte, 1),
    BOOL("BoolStorage", ScalarType.Bool, 1);

    private final String storageName;
    private final ScalarType scalarType;
    private final int itemBytes;

    PtDtype(String storageName, ScalarType scalarType, int itemBytes) {
        this.storageName = storageName;
        this.scalarType = scalarType;
        this.itemBytes = itemBytes;
    }

    /** Bytes of one element. */
    public int itemBytes() {
        return itemBytes;
    }

    /** libtorch's name for it, to allocate a tensor with. */
    public ScalarType scalarType() {
        return scalarType;
    }

    /**
     * The dtype of a libtorch scalar type.
     *
     * @throws IllegalArgumentException if it is not one of these
     */
    public static PtDtype of(ScalarType scalarType) {
        ScalarType wanted = scalarType.intern();
        for (PtDtype dtype : values()) {
            if (dtype.scalarType == wanted) {
                return dtype;
            }
        }
        throw new IllegalArgumentException("tensors of type " + wanted + " cannot be read or written as .pt");
    }

    /** PyTorch's name: {@code float32}, {@code bool}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The class in Python's module {@code torch} that stands for it in a pickle. */
    String storageName() {
        return storageName;
    }

    static @Nullable PtDtype ofStorageName(String storageName) {
        for (PtDtype dtype : values()) {
            if (dtype.storageName.equals(storageName)) {
                return dtype;
            }
        }
        return null;
    }

    static @Nullable PtDtype ofName(String name) {
        for (PtDtype dtype : values()) {
            if (dtype.toString().equals(name)) {
                return dtype;
            }
        }
        return null;
    }
}

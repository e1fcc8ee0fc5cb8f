package ai.flightmind.model.pt;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * Writes the description of a checkpoint as {@code torch.save} does: pickle protocol 2, a tensor as a
 * call of {@code _rebuild_tensor_v2} on a persistent id. Unlike Python's it does not remember values,
 * which no reader needs.
 */
final class Pickler {
    private static final int MAX_DEPTH = 100;

    private final StorageTable storages;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Pickler(StorageTable storages) {
        this.storages = storages;
    }

    /** @throws IllegalArgumentException if a value is of a kind that cannot be saved */
    byte[] pickle(Object root) {
        out.write(0x80); // PROTO
        out.write(2);
        value(root, 0);
        out.write('.');
        return out.toByteArray();
    }

    private void value(@Nullable Object value, int depth) {
        if (depth > MAX_DEPTH) {
            throw new IllegalArgumentException("values nested more than " + MAX_DEPTH + " deep cannot be saved");
        }
        if (value == null) {
            out.write('N');
        } else if (value instanceof Boolean flag) {
            out.write(flag ? 0x88 : 0x89);
        } else if (value instanceof Long || value instanceof Integer) {
            integer(((Number) value).longValue());
        } else if (value instanceof Double || value instanceof Float) {
            out.write('G'); // BINFLOAT
            // Big-endian, alone among a pickle's numbers.
            littleEndian(Long.reverseBytes(Double.doubleToLongBits(((Number) value).doubleValue())), 8);
        } else if (value instanceof String text) {
            string(text);
        } else if (value instanceof Map<?, ?> map) {
            out.write('}');
            items(map, depth);
        } else if (value instanceof PtOrderedDict dict) {
            emptyOrderedDict();
            items(dict.entries(), depth);
        } else if (value instanceof List<?> list) {
            out.write(']');
            out.write('(');
            list.forEach(item -> value(item, depth + 1));
            out.write('e');
        } else if (value instanceof PtTuple tuple) {
            out.write('(');
            tuple.items().forEach(item -> value(item, depth + 1));
            out.write('t');
        } else if (value instanceof Tensor tensor) {
            tensor(tensor);
        } else {
            throw new IllegalArgumentException("a " + value.getClass().getName() + " cannot be saved");
        }
    }

    private void items(Map<?, ?> map, int depth) {
        out.write('(');
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            Object key = entry.getKey();
            if (!(key instanceof String || key instanceof Long || key instanceof Integer)) {
                throw new IllegalArgumentException("keys must be strings or integers, not " + key);
            }
            value(key, depth + 1);
            value(entry.getValue(), depth + 1);
        }
        out.write('u');
    }

    /** {@code _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks)}. */
    private void tensor(Tensor tensor) {
        StorageTable.Entry storage = storages.of(tensor);
        global("torch._utils", "_rebuild_tensor_v2");
        out.write('(');
        out.write('(');
        string("storage");
        global("torch", storage.dtype().storageName());
        string(storage.key());
        string("cpu");
        integer(storage.numel());
        out.write('t');
        out.write('Q'); // BINPERSID
        integer(tensor.storage_offset());
        tuple(TensorBytes.longs(tensor.sizes()));
        tuple(TensorBytes.longs(tensor.strides()));
        out.write(0x89); // requires_grad: False, as in every state dict
        emptyOrderedDict();
        out.write('t');
        out.write('R');
    }

    private void tuple(List<Long> numbers) {
        out.write('(');
        numbers.forEach(this::integer);
        out.write('t');
    }

    private void emptyOrderedDict() {
        global("collections", "OrderedDict");
        out.write(')');
        out.write('R');
    }

    private void integer(long value) {
        if (value >= 0 && value <= 0xff) {
            out.write('K'); // BININT1
            littleEndian(value, 1);
        } else if (value == (int) value) {
            out.write('J'); // BININT
            littleEndian(value, 4);
        } else {
            out.write(0x8a); // LONG1
            out.write(8);
            littleEndian(value, 8);
        }
    }

    private void string(String text) {
        try {
            ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(text));
            byte[] utf8 = new byte[encoded.remaining()];
            encoded.get(utf8);
            out.write('X'); // BINUNICODE
            littleEndian(utf8.length, 4);
            out.writeBytes(utf8);
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a string with half a surrogate pair cannot be saved", e);
        }
    }

    private void global(String module, String name) {
        out.write('c');
        out.writeBytes((module + "\n" + name + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    private void littleEndian(long value, int bytes) {
        for (int i = 0; i < bytes; i++) {
            out.write((int) (value >>> (8 * i)));
        }
    }
}

package ai.flightmind.model.pt;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The names that a checkpoint's pickle may use, and what they make. Any other name is refused, which
 * is the whole defence against pickle's habit of calling whatever a file asks for.
 */
final class TorchNames {
    private final PickleInput in;
    private final Map<String, Storage> storages = new LinkedHashMap<>();

    TorchNames(PickleInput in) {
        this.in = in;
    }

    /** A storage that the pickle refers to. */
    record Storage(String key, PtDtype dtype, long numel) {
        long bytes() {
            return numel * dtype.itemBytes();
        }
    }

    private record StorageType(PtDtype dtype) {}

    private enum Function {
        ORDERED_DICT,
        REBUILD_TENSOR,
        REBUILD_PARAMETER,
        SIZE
    }

    /** Every storage seen so far, each once. */
    Collection<Storage> storages() {
        return storages.values();
    }

    /** What a global name stands for. */
    Object find(String module, String name) {
        return switch (module + "." + name) {
            case "collections.OrderedDict" -> Function.ORDERED_DICT;
            case "torch._utils._rebuild_tensor_v2" -> Function.REBUILD_TENSOR;
            case "torch._utils._rebuild_parameter" -> Function.REBUILD_PARAMETER;
            case "torch.Size" -> Function.SIZE;
            case "torch.storage.UntypedStorage" -> new StorageType(PtDtype.UINT8);
            default -> typeName(module, name);
        };
    }

    private Object typeName(String module, String name) {
        PtDtype storage = module.equals("torch") ? PtDtype.ofStorageName(name) : null;
        if (storage != null) {
            return new StorageType(storage);
        }
        PtDtype dtype = module.equals("torch") ? PtDtype.ofName(name) : null;
        if (dtype != null) {
            return dtype;
        }
        throw in.unsupported("the name " + module + "." + name + ", which is not allowed in a checkpoint,");
    }

    /** The result of calling a name that {@link #find} gave. */
    Object call(Object function, List<?> arguments) {
        int count = arguments.size();
        if (function == Function.ORDERED_DICT && count == 0) {
            return new LinkedHashMap<Object, Object>();
        }
        if (function == Function.REBUILD_TENSOR && (count == 6 || count == 7)) {
            return tensor(arguments);
        }
        if (function == Function.REBUILD_PARAMETER && count == 3 && arguments.get(0) instanceof PtTensor tensor) {
            return tensor;
        }
        if (function == Function.SIZE && count == 1 && arguments.get(0) instanceof PtTuple size) {
            return size;
        }
        throw in.damaged("a call that does not fit its arguments");
    }

    /** The storage that a persistent id {@code ('storage', type, key, device, numel)} means. */
    Object storage(Object id) {
        if (id instanceof PtTuple tuple
                && tuple.items().size() == 5
                && "storage".equals(tuple.items().get(0))
                && tuple.items().get(1) instanceof StorageType type
                && tuple.items().get(2) instanceof String key
                && tuple.items().get(4) instanceof Long numel
                && numel >= 0
                && numel <= Long.MAX_VALUE / type.dtype().itemBytes()) {
            Storage storage = new Storage(key, type.dtype(), numel);
            Storage known = storages.putIfAbsent(key, storage);
            if (known != null && !known.equals(storage)) {
                throw in.damaged("storage " + key + " with two different types or lengths");
            }
            return storage;
        }
        throw in.damaged("a storage that is not described as torch.save does");
    }

    private PtTensor tensor(List<?> arguments) {
        if (!(arguments.get(0) instanceof Storage storage && arguments.get(1) instanceof Long offset)) {
            throw in.damaged("a tensor without storage");
        }
        try {
            return new PtTensor(
                    storage.key(),
                    storage.numel(),
                    storage.dtype(),
                    longs(arguments.get(2)),
                    longs(arguments.get(3)),
                    offset);
        } catch (IllegalArgumentException e) {
            throw in.damaged(String.valueOf(e.getMessage()));
        }
    }

    private List<Long> longs(Object tuple) {
        if (tuple instanceof PtTuple numbers && numbers.items().stream().allMatch(Long.class::isInstance)) {
            return numbers.items().stream().map(Long.class::cast).toList();
        }
        throw in.damaged("a tensor whose sizes are no integers");
    }
}

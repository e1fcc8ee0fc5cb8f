package ai.flightmind.model.pt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.LongOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.Layout;

/**
 * The storages behind the tensors that are being written, each once however many tensors view it.
 * Holds views, not copies; whoever makes the table keeps a {@code PointerScope} around it.
 */
final class StorageTable {
    private final Map<Long, Entry> byAddress = new HashMap<>();
    private final List<Entry> entries = new ArrayList<>();

    /**
     * A storage, whole, as a tensor of one dimension.
     *
     * @param key its record's name under {@code data/}
     */
    record Entry(String key, PtDtype dtype, long numel, Tensor whole) {}

    /** In the order of their keys, which count from 0. */
    List<Entry> entries() {
        return entries;
    }

    /**
     * The storage of a tensor.
     *
     * @throws IllegalArgumentException if the tensor is of a kind that cannot be saved
     */
    Entry of(Tensor tensor) {
        if (!tensor.defined() || tensor.layout().intern() != Layout.Strided || tensor.is_meta() || tensor.is_neg()) {
            throw new IllegalArgumentException("only dense tensors with memory of their own can be saved");
        }
        PtDtype dtype = PtDtype.of(tensor.scalar_type());
        // Equal data pointers would not do: all empty storages have the null pointer.
        long address = tensor.storage().unsafeGetStorageImpl().address();
        Entry known = byAddress.get(address);
        if (known == null) {
            known = add(tensor, dtype);
            byAddress.put(address, known);
        }
        if (known.dtype() != dtype) {
            throw new IllegalArgumentException("two tensors view the same memory as " + known.dtype() + " and as "
                    + dtype + "; save a copy of one");
        }
        return known;
    }

    private Entry add(Tensor tensor, PtDtype dtype) {
        long numel = tensor.storage().nbytes() / dtype.itemBytes();
        Tensor whole = tensor.detach().as_strided(new long[] {numel}, new long[] {1}, new LongOptional(0));
        Entry entry = new Entry(Integer.toString(entries.size()), dtype, numel, whole);
        entries.add(entry);
        return entry;
    }
}

package ai.flightmind.model.pt;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Runs a pickle: the opcodes of protocol 2, which {@code torch.save} writes, and their shorter forms
 * of protocols 3 to 5. Values on the stack are {@link LinkedHashMap} for both kinds of dict,
 * {@link ArrayList}, {@link PtTuple}, String, Long, Double, Boolean, {@link #NONE} and what
 * {@link TorchNames} makes.
 *
 * @see <a href="https://docs.python.org/3/library/pickletools.html">pickletools: the opcodes</a>
 */
final class Unpickler {
    /** Stands for Python's None, so that no collection in here holds null. */
    static final Object NONE = new Object();

    /** A checkpoint of 2,000 tensors takes about 100,000; each is at most some 100 bytes of heap. */
    private static final int MAX_VALUES = 2_000_000;

    private final PickleInput in;
    private final TorchNames names;
    private final ArrayList<Object> stack = new ArrayList<>();
    private final ArrayList<Integer> marks = new ArrayList<>();
    private final Map<Long, Object> memo = new HashMap<>();
    private int values;

    Unpickler(PickleInput in, TorchNames names) {
        this.in = in;
        this.names = names;
    }

    Object load() {
        while (true) {
            int opcode = in.unsignedByte();
            if (opcode == '.') {
                return pop();
            }
            step(opcode);
        }
    }

    private void step(int opcode) {
        switch (opcode) {
            case 0x80 -> checkProtocol(in.unsignedByte()); // PROTO
            case 0x95 -> in.signedInteger(8); // FRAME: a hint about buffering
            case 'N' -> push(NONE);
            case 0x88 -> push(true);
            case 0x89 -> push(false);
            case 'K' -> push((long) in.unsignedByte()); // BININT1
            case 'M' -> push((long) in.unsignedShort()); // BININT2
            case 'J' -> push((long) in.signedInt()); // BININT
            case 0x8a -> push(in.signedInteger(in.unsignedByte())); // LONG1
            case 'G' -> push(in.bigEndianDouble()); // BINFLOAT
            case 'X' -> push(in.utf8(in.unsignedInt())); // BINUNICODE
            case 0x8c -> push(in.utf8(in.unsignedByte())); // SHORT_BINUNICODE
            case '}' -> push(new LinkedHashMap<Object, Object>());
            case ']' -> push(new ArrayList<Object>());
            case ')' -> push(new PtTuple(List.of()));
            case '(' -> mark();
            case 't' -> push(new PtTuple(popToMark()));
            case 0x85, 0x86, 0x87 -> push(new PtTuple(pop(opcode - 0x84))); // TUPLE1 to TUPLE3
            case 'a' -> append(pop(1));
            case 'e' -> append(popToMark());
            case 's' -> setItems(pop(2));
            case 'u' -> setItems(popToMark());
            case 'q' -> memoize(in.unsignedByte());
            case 'r' -> memoize(in.unsignedInt());
            case 0x94 -> memoize(memo.size());
            case 'h' -> push(remembered(in.unsignedByte()));
            case 'j' -> push(remembered(in.unsignedInt()));
            case 'c' -> push(names.find(in.line(), in.line())); // GLOBAL
            case 0x93 -> stackGlobal();
            case 'Q' -> push(names.storage(pop())); // BINPERSID
            case 'R' -> reduce();
            case 'b' -> build();
            default -> throw in.unsupported(String.format("opcode 0x%02x, which torch.save does not write,", opcode));
        }
    }

    private void checkProtocol(int protocol) {
        if (protocol < 2 || protocol > 5) {
            throw in.unsupported("pickle protocol " + protocol);
        }
    }

    private void push(Object value) {
        count();
        stack.add(value);
    }

    private void mark() {
        count();
        marks.add(stack.size());
    }

    private void count() {
        if (++values > MAX_VALUES) {
            throw in.unsupported("more than " + MAX_VALUES + " values");
        }
    }

    private Object pop() {
        return pop(1).get(0);
    }

    /** The topmost values in the order in which they were pushed; never reaches below the last mark. */
    private List<Object> pop(int count) {
        int floor = marks.isEmpty() ? 0 : marks.get(marks.size() - 1);
        if (stack.size() - floor < count) {
            throw in.damaged("an opcode that lacks its operands");
        }
        List<Object> top = stack.subList(stack.size() - count, stack.size());
        List<Object> popped = new ArrayList<>(top);
        top.clear();
        return popped;
    }

    private List<Object> popToMark() {
        if (marks.isEmpty()) {
            throw in.damaged("an opcode that lacks its mark");
        }
        List<Object> popped = pop(stack.size() - marks.get(marks.size() - 1));
        marks.remove(marks.size() - 1);
        return popped;
    }

    private Object peek() {
        Object top = pop();
        stack.add(top);
        return top;
    }

    private void append(List<Object> items) {
        if (!(peek() instanceof ArrayList<?>)) {
            throw in.damaged("an append to something that is no list");
        }
        @SuppressWarnings("unchecked") // only this class makes the array lists on the stack
        ArrayList<Object> list = (ArrayList<Object>) peek();
        list.addAll(items);
    }

    private void setItems(List<Object> keysAndValues) {
        if (!(peek() instanceof LinkedHashMap<?, ?>) || keysAndValues.size() % 2 != 0) {
            throw in.damaged("an assignment to something that is no dict");
        }
        @SuppressWarnings("unchecked") // only this package makes the maps on the stack
        LinkedHashMap<Object, Object> map = (LinkedHashMap<Object, Object>) peek();
        for (int i = 0; i < keysAndValues.size(); i += 2) {
            Object key = keysAndValues.get(i);
            // Hashing a collection could recurse without end.
            if (!(key instanceof String || key instanceof Number || key instanceof Boolean)) {
                throw in.unsupported("a dict whose key is neither string, number nor boolean");
            }
            map.put(key, keysAndValues.get(i + 1));
        }
    }

    private void memoize(long index) {
        count();
        memo.put(index, peek());
    }

    private Object remembered(long index) {
        Object value = memo.get(index);
        if (value == null) {
            throw in.damaged("a reference to value " + index + ", which is not there,");
        }
        return value;
    }

    private void stackGlobal() {
        List<Object> name = pop(2);
        push(names.find(String.valueOf(name.get(0)), String.valueOf(name.get(1))));
    }

    private void reduce() {
        List<Object> call = pop(2);
        if (!(call.get(1) instanceof PtTuple arguments)) {
            throw in.damaged("a call without arguments");
        }
        push(names.call(call.get(0), arguments.items()));
    }

    /** Attributes of an ordered dict (a state dict's {@code _metadata}) say nothing that is needed. */
    private void build() {
        Object state = pop();
        if (!(peek() instanceof LinkedHashMap<?, ?>) || !(state instanceof LinkedHashMap<?, ?>)) {
            throw in.unsupported("attributes of something that is no dict");
        }
    }
}

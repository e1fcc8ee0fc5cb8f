package ai.flightmind.model;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Structure;
import com.sun.jna.Structure.FieldOrder;

/** What glibc's malloc keeps of the memory that was freed. Elsewhere, and in older versions of it, that is not told. */
final class Malloc {
    private Malloc() {}

    /** {@code struct mallinfo2}; its names are glibc's. */
    @FieldOrder({
        "arena",
        "ordblks",
        "smblks",
        "hblks",
        "hblkhd",
        "usmblks",
        "fsmblks",
        "uordblks",
        "fordblks",
        "keepcost"
    })
    public static final class Mallinfo2 extends Structure implements Structure.ByValue {
        public long arena;
        public long ordblks;
        public long smblks;
        public long hblks;
        public long hblkhd;
        public long usmblks;
        public long fsmblks;
        public long uordblks;
        public long fordblks;
        public long keepcost;
    }

    /** Gives the pages of freed memory back to the system. */
    static void giveBack() {
        if (Platform.isLinux()) {
            try {
                int keep = 0;
                NativeLibrary.getInstance("c").getFunction("malloc_trim").invokeInt(new Object[] {keep});
            } catch (UnsatisfiedLinkError notGlibc) {
                return; // another malloc keeps less
            }
        }
    }

    /** How much address space is kept for reuse, in bytes. */
    static long keptBytes() {
        try {
            Object told =
                    NativeLibrary.getInstance("c").getFunction("mallinfo2").invoke(Mallinfo2.class, new Object[0]);
            return ((Mallinfo2) told).fordblks;
        } catch (UnsatisfiedLinkError notTold) {
            return 0;
        }
    }
}

package ai.flightmind.vast.run;

import org.jspecify.annotations.Nullable;

/** The machine will not finish the run: outbid, gone, full, too slow, or out of reach. Another one may. */
final class MachineLost extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean fellShort;

    private MachineLost(String why, boolean fellShort, @Nullable Throwable cause) {
        super(why, cause);
        this.fellShort = fellShort;
    }

    /** It was good, and is lost. */
    MachineLost(String why, @Nullable Throwable cause) {
        this(why, false, cause);
    }

    /** It never was what it should be. */
    static MachineLost fellShort(String why, @Nullable Throwable cause) {
        return new MachineLost(why, true, cause);
    }

    boolean isFellShort() {
        return fellShort;
    }

    String why() {
        return String.valueOf(getMessage());
    }
}

package ai.flightmind.vast.error;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A rental may exist, and bill, that could not be confirmed or destroyed. Run the orphan sweep for {@link #label()}
 * once the service answers again, or look at the instances page of the console.
 */
public final class UnclearRentalException extends VastException {
    private static final long serialVersionUID = 1L;

    private final String label;
    private final List<Long> instanceIds;

    public UnclearRentalException(String message, String label, List<Long> instanceIds, @Nullable Throwable cause) {
        super(message, cause);
        this.label = label;
        this.instanceIds = List.copyOf(instanceIds);
    }

    /** The label the rental carries, if it exists. */
    public String label() {
        return label;
    }

    /** Instances known to exist that could not be destroyed; empty if none is known. */
    public List<Long> instanceIds() {
        return instanceIds;
    }
}

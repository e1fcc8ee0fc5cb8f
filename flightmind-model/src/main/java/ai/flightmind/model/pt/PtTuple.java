package ai.flightmind.model.pt;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Items that {@link PtWriter} writes as a Python tuple, such as the betas of AdamW. {@link PtReader}
 * gives tuples back as plain lists.
 *
 * @param items the items; copied
 */
public record PtTuple(List<?> items) {

    /** Copies the items. */
    public PtTuple {
        items = Collections.unmodifiableList(new ArrayList<>(items));
    }

    /** A tuple of these items. */
    public static PtTuple of(Object... items) {
        return new PtTuple(List.of(items));
    }
}

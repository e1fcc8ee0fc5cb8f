package ai.flightmind.model.pt;

import java.util.Map;

/**
 * A map that {@link PtWriter} writes as Python's {@code collections.OrderedDict}, which is what a
 * state dict is. {@link PtReader} gives it back as a plain map, in order.
 *
 * @param entries the entries, written in the map's own order; not copied
 */
public record PtOrderedDict(Map<?, ?> entries) {}

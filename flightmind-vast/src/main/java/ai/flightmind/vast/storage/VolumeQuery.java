package ai.flightmind.vast.storage;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Which offers of volumes to find: of verified machines that are not external, best score first. Immutable: each method
 * gives a new one.
 *
 * @param conditions operator and value by field
 * @param limit at most so many; 0 for as many as the service gives
 * @param sizeGb the size prices are for
 */
public record VolumeQuery(Map<String, Map<String, Object>> conditions, int limit, double sizeGb) {
    public VolumeQuery {
        conditions = new LinkedHashMap<>(conditions);
    }

    /** At least 1 GB. */
    public static VolumeQuery any() {
        Map<String, Map<String, Object>> conditions = new LinkedHashMap<>();
        conditions.put("verified", Map.of("eq", true));
        conditions.put("external", Map.of("eq", false));
        conditions.put("disk_space", Map.of("gte", 1));
        return new VolumeQuery(conditions, 0, 1);
    }

    /** With at least this much space, in GB. */
    public VolumeQuery diskGbAtLeast(double gb) {
        return where("disk_space", "gte", gb);
    }

    /** On hosts of more than this reliability, from 0 to 1. */
    public VolumeQuery reliabilityAbove(double reliability) {
        return where("reliability", "gt", reliability);
    }

    /** On one machine: a volume serves only instances of its own. */
    public VolumeQuery machine(long machineId) {
        return where("machine_id", "eq", machineId);
    }

    /** The most offers to answer with; 0 leaves it to the service. */
    public VolumeQuery limit(int limit) {
        if (limit < 0) {
            throw new IllegalArgumentException("limit is at least 0: " + limit);
        }
        return new VolumeQuery(conditions, limit, sizeGb);
    }

    /** The size prices are for, in GB: 1 by default. */
    public VolumeQuery sizeGb(double sizeGb) {
        return new VolumeQuery(conditions, limit, sizeGb);
    }

    Map<String, Object> toBody() {
        Map<String, Object> body = new LinkedHashMap<>(conditions);
        body.put("order", List.of(List.of("score", "desc")));
        if (limit > 0) {
            body.put("limit", limit);
        }
        body.put("allocated_storage", sizeGb);
        return body;
    }

    private VolumeQuery where(String field, String operator, Object value) {
        Map<String, Map<String, Object>> more = new LinkedHashMap<>(conditions);
        more.put(field, Map.of(operator, value));
        return new VolumeQuery(more, limit, sizeGb);
    }
}

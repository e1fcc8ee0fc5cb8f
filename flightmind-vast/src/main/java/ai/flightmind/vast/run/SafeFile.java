package ai.flightmind.vast.run;

import ai.flightmind.vast.json.JsonFields;
import ai.flightmind.vast.watch.CheckpointFile;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A file of the run that will not be lost with its machine.
 *
 * @param modified on the machine, by its clock
 * @param where {@code results} or {@code bucket}
 */
record SafeFile(String name, long sizeBytes, String sha256, Instant modified, long instanceId, String where) {
    static final String RESULTS = "results";
    static final String BUCKET = "bucket";

    boolean isBest() {
        return new CheckpointFile(name, sizeBytes, modified).isBest();
    }

    Map<String, Object> toJson() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("name", name);
        map.put("size", sizeBytes);
        map.put("sha256", sha256);
        map.put("modified", modified.getEpochSecond());
        map.put("instance", instanceId);
        map.put("where", where);
        return map;
    }

    static SafeFile fromJson(JsonFields json) {
        return new SafeFile(
                json.required("name", json.text("name")),
                json.required("size", json.whole("size")),
                json.required("sha256", json.text("sha256")),
                Instant.ofEpochSecond(json.required("modified", json.whole("modified"))),
                json.required("instance", json.whole("instance")),
                json.required("where", json.text("where")));
    }
}

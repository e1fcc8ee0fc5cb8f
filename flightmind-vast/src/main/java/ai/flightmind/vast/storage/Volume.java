package ai.flightmind.vast.storage;

import ai.flightmind.vast.json.JsonFields;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A volume of the account, or an offer of one.
 *
 * @param sizeGb its size, or how large it may be
 * @param fields all the service sent
 */
public record Volume(
        long id,
        @Nullable String name,
        @Nullable Double sizeGb,
        @Nullable Long machineId,
        @Nullable Double storageDollarsPerGbMonth,
        @Nullable String status,
        Map<String, @Nullable Object> fields) {

    static Volume fromJson(JsonFields json) {
        String name = json.text("volume_name");
        Double size = json.number("disk_space");
        return new Volume(
                json.required("id", json.whole("id")),
                name == null ? json.text("label") : name,
                size == null ? json.number("size") : size,
                json.whole("machine_id"),
                json.number("storage_cost"),
                json.text("status"),
                json.asMap());
    }
}

package ai.flightmind.vast.template;

import ai.flightmind.vast.json.JsonFields;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A template.
 *
 * @param hash what a rental wants
 * @param dockerFlags variables and ports, as docker's flags
 * @param fields all the service sent
 */
public record Template(
        long id,
        @Nullable String hash,
        @Nullable String name,
        @Nullable String image,
        @Nullable String tag,
        @Nullable String dockerFlags,
        @Nullable String onstart,
        @Nullable Double recommendedDiskGb,
        @Nullable Boolean recommended,
        Map<String, @Nullable Object> fields) {

    static Template fromJson(JsonFields json) {
        return new Template(
                json.required("id", json.whole("id")),
                json.text("hash_id"),
                json.text("name"),
                json.text("image"),
                json.text("tag"),
                json.text("env"),
                json.text("onstart"),
                json.number("recommended_disk_space"),
                json.flag("recommended"),
                json.asMap());
    }
}

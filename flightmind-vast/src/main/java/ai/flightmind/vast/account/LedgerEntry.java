package ai.flightmind.vast.account;

import ai.flightmind.vast.json.JsonFields;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One line of an invoice or of the charges.
 *
 * @param dollars as the service signs it
 * @param fields all the service sent
 */
public record LedgerEntry(
        @Nullable String id,
        @Nullable String kind,
        @Nullable Double dollars,
        @Nullable Instant from,
        @Nullable Instant to,
        @Nullable String description,
        Map<String, @Nullable Object> fields) {

    static LedgerEntry fromJson(JsonFields json) {
        String kind = json.text("type");
        String description = json.text("description");
        Instant from = time(json, "start");
        return new LedgerEntry(
                json.text("id"),
                kind == null ? json.text("service") : kind,
                json.number("amount"),
                from == null ? time(json, "when") : from,
                time(json, "end"),
                description == null ? json.text("source") : description,
                json.asMap());
    }

    /** Only seconds since 1970 are known; what else the service writes is in {@link #fields()}. */
    private static @Nullable Instant time(JsonFields json, String name) {
        return json.asMap().get(name) instanceof Number ? json.instant(name) : null;
    }
}

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
        Instant from = json.instant("start");
        return new LedgerEntry(
                json.text("id"),
                kind == null ? json.text("service") : kind,
                json.number("amount"),
                from == null ? json.instant("when") : from,
                json.instant("end"),
                description == null ? json.text("source") : description,
                json.asMap());
    }
}

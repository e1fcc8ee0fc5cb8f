package ai.flightmind.vast.account;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.http.ApiCall;
import ai.flightmind.vast.http.Endpoint;
import ai.flightmind.vast.http.Transport;
import ai.flightmind.vast.json.Json;
import ai.flightmind.vast.json.JsonFields;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What came in and what was charged. Thread-safe. */
public final class Billing {
    private final Transport transport;

    /** Made by the client. */
    public Billing(Transport transport) {
        this.transport = transport;
    }

    /** What is charged for. */
    public enum ChargeType {
        INSTANCE("instance"),
        VOLUME("volume"),
        SERVERLESS("serverless");

        private final String word;

        ChargeType(String word) {
            this.word = word;
        }
    }

    /**
     * Payments in that time.
     *
     * @param services as {@code stripe_payments}; empty for all
     */
    public List<LedgerEntry> invoices(Instant from, Instant to, List<String> services) {
        return read("/api/v1/invoices/", filters("when", from, to, "service", services), false, 20, Map.of());
    }

    /** Charges in that time, by day; no types means all. */
    public List<LedgerEntry> charges(Instant from, Instant to, ChargeType... types) {
        return charges(from, to, false, 50, types);
    }

    /**
     * Charges in that time, in an order.
     *
     * @param pageSize 1 to 100; all pages are read
     */
    public List<LedgerEntry> charges(Instant from, Instant to, boolean latestFirst, int pageSize, ChargeType... types) {
        List<String> words = new ArrayList<>();
        for (ChargeType type : types) {
            words.add(type.word);
        }
        return read(
                "/api/v0/charges/",
                filters("day", from, to, "type", words),
                latestFirst,
                pageSize,
                Map.of("format", "table"));
    }

    private List<LedgerEntry> read(
            String path, Map<String, Object> filters, boolean latestFirst, int limit, Map<String, String> more) {
        List<LedgerEntry> entries = new ArrayList<>();
        Set<String> tokens = new HashSet<>();
        String token = null;
        do {
            ApiCall call = ApiCall.get(Endpoint.BILLING, path)
                    .query("select_filters", Json.write(filters))
                    .query("latest_first", Boolean.toString(latestFirst))
                    .query("limit", Integer.toString(limit));
            for (Map.Entry<String, String> parameter : more.entrySet()) {
                call = call.query(parameter.getKey(), parameter.getValue());
            }
            if (token != null) {
                call = call.query("after_token", token);
            }
            JsonFields page = transport.callForObject(call);
            page.requireList("results").objects("results").forEach(row -> entries.add(LedgerEntry.fromJson(row)));
            token = page.text("next_token");
            if (token != null && !tokens.add(token)) {
                throw new DataException("The service gives the same page again.", "$.next_token", null);
            }
        } while (token != null);
        return List.copyOf(entries);
    }

    private static Map<String, Object> filters(String time, Instant from, Instant to, String kind, List<String> kinds) {
        if (!from.isBefore(to)) {
            throw new IllegalArgumentException("from is before to: " + from + ", " + to);
        }
        Map<String, Object> span = new LinkedHashMap<>();
        span.put("gte", from.getEpochSecond());
        span.put("lte", to.getEpochSecond());
        Map<String, Object> filters = new LinkedHashMap<>();
        filters.put(time, span);
        if (!kinds.isEmpty()) {
            filters.put(kind, Map.of("in", kinds));
        }
        return filters;
    }
}

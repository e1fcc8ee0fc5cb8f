package ai.flightmind.vast.fake;

import static ai.flightmind.vast.fake.FakeMarketplace.json;
import static ai.flightmind.vast.fake.FakeMarketplace.text;

import ai.flightmind.vast.http.Timeline;
import ai.flightmind.vast.json.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import org.jspecify.annotations.Nullable;

/** The state behind the fake marketplace, and its answers when nothing goes wrong. Thread-safe. */
final class FakeService {
    private static final int PAGE = 25;

    private final Timeline time;
    private final String key;
    private final Map<Long, FakeOffer> offers = new LinkedHashMap<>();
    private final Map<Long, Host> hosts = new HashMap<>();
    private final Map<Long, FakeInstance> rentals = new LinkedHashMap<>();
    private final Map<Long, String> sshKeys = new LinkedHashMap<>();
    private final Map<Long, Map<Long, String>> attachedKeys = new HashMap<>();
    private final Map<String, Long> lastCalls = new HashMap<>();
    private final Map<Instant, Runnable> later = new java.util.TreeMap<>();
    private long nextId = 1000;
    private int mostRentedAtOnce;
    private int tooFast;
    private boolean enforceIntervals = true;
    private double credit = 1000;
    private String address = "";
    private int resultPolls;

    FakeService(Timeline time, String key) {
        this.time = time;
        this.key = key;
    }

    synchronized void address(String url) {
        address = url;
    }

    synchronized void add(FakeOffer offer, Host host) {
        offers.put(offer.id(), offer);
        hosts.put(offer.id(), host);
    }

    synchronized void addSshKey(String publicKey) {
        sshKeys.put(nextId++, publicKey);
    }

    synchronized void credit(double dollars) {
        credit = dollars;
    }

    synchronized void enforceIntervals(boolean enforce) {
        enforceIntervals = enforce;
    }

    synchronized void later(Instant when, Runnable what) {
        later.put(when, what);
    }

    synchronized List<FakeInstance> rentals() {
        catchUp();
        return List.copyOf(rentals.values());
    }

    synchronized int mostRentedAtOnce() {
        return mostRentedAtOnce;
    }

    synchronized int tooFast() {
        return tooFast;
    }

    synchronized FakeInstance instance(long id) {
        return Objects.requireNonNull(rentals.get(id), "no instance " + id);
    }

    synchronized void outbid(long id) {
        halt(instance(id), true);
    }

    synchronized void force(long id, String status) {
        FakeInstance rental = instance(id);
        rental.force(status);
        host(rental).halt(rental);
    }

    private void halt(FakeInstance rental, boolean stopped) {
        rental.halt(stopped, time.now());
        if (stopped) {
            host(rental).halt(rental);
        } else {
            host(rental).boot(rental);
        }
    }

    private void destroy(FakeInstance rental) {
        rental.destroy(time.now());
        host(rental).wipe(rental);
    }

    private Host host(FakeInstance rental) {
        return Objects.requireNonNull(hosts.get(rental.offerId()));
    }

    /** Written after the first poll. */
    synchronized MockResponse result(String line) {
        return ++resultPolls % 2 == 1 ? text(404, "NoSuchKey") : text(200, "line one\nline two of " + line + "\n");
    }

    synchronized MockResponse answer(RecordedRequest request) {
        catchUp();
        String method = request.getMethod();
        String path = request.getUrl().encodedPath();
        if (!mayCall(request, method, path)) {
            return json(404, Map.of("success", false, "error", "auth_error", "msg", "Invalid user key"));
        }
        if (isTooFast(method, path) && enforceIntervals) {
            return text(429, "API requests too frequent endpoint threshold=1.0");
        }
        List<String> parts = Arrays.stream(path.split("/", -1))
                .filter(part -> !part.isEmpty())
                .toList();
        Map<?, ?> body = body(request);
        if (path.equals("/api/v0/instances/") && method.equals("GET")) {
            return json(410, Map.of("success", false, "error", "deprecated_endpoint", "msg", "Use /api/v1/instances/"));
        }
        if (path.equals("/api/v1/instances/")) {
            return list(request);
        }
        if (path.equals("/api/v0/bundles/")) {
            return json(200, Map.of("offers", search(body)));
        }
        if (path.startsWith("/api/v0/asks/") && method.equals("PUT")) {
            return rent(Long.parseLong(parts.get(3)), body);
        }
        if (parts.size() > 4 && parts.get(4).equals("ssh")) {
            return attached(method, parts, body);
        }
        if (path.startsWith("/api/v0/instances/")) {
            return instance(method, parts, body);
        }
        if (path.startsWith("/api/v0/ssh/")) {
            return ssh(method, parts, body);
        }
        if (path.equals("/api/v0/users/current")) {
            return json(200, user());
        }
        if (path.equals("/api/v0/charges/")) {
            List<Map<String, @Nullable Object>> charges =
                    rentals.values().stream().map(i -> i.charge(time.now())).toList();
            return json(200, Map.of("success", true, "count", charges.size(), "results", charges));
        }
        if (path.equals("/api/v1/invoices/")) {
            return json(200, Map.of("success", true, "count", 0, "results", List.of()));
        }
        return json(404, Map.of("success", false, "error", "not_found", "msg", "no such page"));
    }

    /** With the account's key all, with an instance's own what concerns that instance. */
    private boolean mayCall(RecordedRequest request, String method, String path) {
        String given = String.valueOf(request.getHeaders().get("Authorization"));
        boolean changesOne = !method.equals("GET") && path.matches("/api/v0/instances/\\d+/");
        return given.equals("Bearer " + key)
                || (changesOne
                        && rentals.values().stream()
                                .anyMatch(rental -> given.equals("Bearer " + rental.key())
                                        && path.equals("/api/v0/instances/" + rental.id() + "/")));
    }

    synchronized MockResponse everything() {
        return json(200, Map.of("offers", search(Map.of())));
    }

    /** The bid is too low: there is a contract, stopped and billing, and the answer is an error. */
    synchronized MockResponse rentButRefuse(RecordedRequest request) {
        catchUp();
        long offerId = Long.parseLong(request.getUrl().pathSegments().get(3));
        FakeOffer offer = offers.get(offerId);
        if (offer == null) {
            return json(404, Map.of("success", false, "error", "no_such_ask", "msg", "gone"));
        }
        long id = make(offer, body(request), true);
        return json(400, Map.of("success", false, "error", "invalid_price", "msg", "bid too low", "new_contract", id));
    }

    private MockResponse rent(long offerId, Map<?, ?> body) {
        FakeOffer offer = offers.get(offerId);
        boolean taken =
                offer == null || rentals.values().stream().anyMatch(i -> i.isRented() && i.offerId() == offerId);
        if (offer == null || taken) {
            return json(
                    404,
                    Map.of(
                            "success",
                            false,
                            "error",
                            "invalid_args",
                            "msg",
                            "error 404/3603: no_such_ask Instance type by id " + offerId + " is not available.",
                            "ask_id",
                            offerId));
        }
        if (credit <= 0) {
            return json(400, Map.of("success", false, "error", "missing_billing", "msg", "Your account lacks credit"));
        }
        boolean low = body.get("price") instanceof Number price && price.doubleValue() < offer.minBid();
        long id = make(offer, body, low);
        if (low) {
            return json(
                    400, Map.of("success", false, "error", "invalid_price", "msg", "bid too low", "new_contract", id));
        }
        return json(
                200,
                Map.of(
                        "success",
                        true,
                        "new_contract",
                        id,
                        "instance_api_key",
                        instance(id).key()));
    }

    private long make(FakeOffer offer, Map<?, ?> body, boolean halted) {
        long id = nextId++;
        FakeInstance rental = new FakeInstance(id, offer, body, time.now(), halted);
        rentals.put(id, rental);
        if (!halted) {
            host(rental).boot(rental);
        }
        int now = (int) rentals.values().stream().filter(FakeInstance::isRented).count();
        mostRentedAtOnce = Math.max(mostRentedAtOnce, now);
        return id;
    }

    private List<Map<String, @Nullable Object>> search(Map<?, ?> query) {
        double storage = query.get("allocated_storage") instanceof Number gb ? gb.doubleValue() : 8;
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (FakeOffer offer : offers.values()) {
            boolean free = rentals.values().stream().noneMatch(i -> i.isRented() && i.offerId() == offer.id());
            Map<String, @Nullable Object> row = offer.row(storage);
            if (free && Rows.pass(row, query)) {
                rows.add(row);
            }
        }
        Rows.sort(rows, query.get("order"));
        return query.get("limit") instanceof Number limit && limit.intValue() < rows.size()
                ? rows.subList(0, limit.intValue())
                : rows;
    }

    private MockResponse list(RecordedRequest request) {
        Object filters = Json.read(Objects.requireNonNullElse(request.getUrl().queryParameter("select_filters"), "{}"));
        String after = request.getUrl().queryParameter("after_token");
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (FakeInstance rental : rentals.values()) {
            Map<String, @Nullable Object> row = rental.row(time.now());
            if (rental.isRented() && Rows.pass(row, (Map<?, ?>) Objects.requireNonNull(filters))) {
                rows.add(row);
            }
        }
        int from = after == null ? 0 : Integer.parseInt(after);
        int to = Math.min(rows.size(), from + PAGE);
        Map<String, @Nullable Object> answer = new LinkedHashMap<>();
        answer.put("success", true);
        answer.put("instances_found", rows.size());
        answer.put("total_instances", rows.size());
        answer.put("next_token", to < rows.size() ? Integer.toString(to) : null);
        answer.put("instances", rows.subList(from, to));
        return json(200, answer);
    }

    private MockResponse instance(String method, List<String> parts, Map<?, ?> body) {
        Instant now = time.now();
        if (parts.size() == 3) {
            for (Object id : body.get("instance_ids") instanceof List<?> ids ? ids : List.of()) {
                FakeInstance rental = rentals.get(((Number) id).longValue());
                if (rental != null) {
                    destroy(rental);
                }
            }
            return json(200, Map.of("success", true));
        }
        boolean named = !Character.isDigit(parts.get(3).charAt(0));
        FakeInstance rental = rentals.get(Long.parseLong(parts.get(named ? 4 : 3)));
        boolean there = rental != null && rental.isRented();
        if (method.equals("GET")) {
            Map<String, @Nullable Object> answer = new LinkedHashMap<>();
            answer.put("instances", there ? Objects.requireNonNull(rental).row(now) : null);
            return json(200, answer);
        }
        if (rental == null || !there) {
            return json(404, Map.of("success", false, "error", "no_such_instance", "msg", "Instance not found"));
        }
        if (method.equals("DELETE")) {
            destroy(rental);
        } else if (parts.get(3).equals("request_logs") || parts.get(3).equals("command")) {
            return json(200, Map.of("success", true, "result_url", address + "/s3/" + rental.id() + ".log"));
        } else if (parts.get(3).equals("bid_price")) {
            rental.bid(body.get("price") instanceof Number price ? price.doubleValue() : null);
        } else if (body.get("state") instanceof String state) {
            halt(rental, state.equals("stopped"));
        } else if (body.get("label") instanceof String label) {
            rental.label(label);
        }
        return json(200, Map.of("success", true));
    }

    private MockResponse ssh(String method, List<String> parts, Map<?, ?> body) {
        if (method.equals("GET")) {
            List<Map<String, Object>> keys = new ArrayList<>();
            sshKeys.forEach((id, text) -> keys.add(Map.of("id", id, "user_id", 1, "public_key", text)));
            return json(200, keys);
        }
        if (method.equals("POST")) {
            long id = nextId++;
            String text = String.valueOf(body.get("ssh_key"));
            sshKeys.put(id, text);
            return json(200, Map.of("success", true, "key", Map.of("id", id, "user_id", 1, "public_key", text)));
        }
        if (method.equals("DELETE")) {
            sshKeys.remove(Long.parseLong(parts.get(3)));
        }
        return json(200, Map.of("success", true));
    }

    /** {@code /api/v0/instances/{id}/ssh/}, by id. */
    private MockResponse attached(String method, List<String> parts, Map<?, ?> body) {
        Map<Long, String> keys =
                attachedKeys.computeIfAbsent(Long.parseLong(parts.get(3)), id -> new LinkedHashMap<>());
        if (method.equals("GET")) {
            List<Map<String, Object>> rows = new ArrayList<>();
            keys.forEach((id, text) -> rows.add(Map.of("id", id, "public_key", text)));
            return json(200, Map.of("success", true, "ssh_keys", rows));
        }
        if (method.equals("POST")) {
            keys.put(nextId, String.valueOf(body.get("ssh_key")));
            return json(200, Map.of("success", true, "key", Json.write(Map.of("id", nextId++))));
        }
        keys.remove(Long.parseLong(parts.get(5)));
        return json(200, Map.of("success", true));
    }

    private Map<String, Object> user() {
        return Map.of(
                "id",
                123_456,
                "username",
                "u",
                "email",
                "you@example.com",
                "credit",
                credit,
                "balance",
                0.0,
                "api_key",
                key,
                "can_pay",
                true);
    }

    private boolean isTooFast(String method, String path) {
        Long least = null;
        if (path.equals("/api/v1/instances/")) {
            least = 1000L;
        } else if (path.startsWith("/api/v0/asks/")) {
            least = 4500L;
        } else if (method.equals("DELETE") && path.startsWith("/api/v0/instances/")) {
            least = 3000L;
        } else if (method.equals("GET") && path.matches("/api/v0/instances/\\d+/")) {
            least = 2000L;
        }
        if (least == null) {
            return false;
        }
        String endpoint = method + path.replaceAll("\\d+/$", "");
        long now = time.nanoTime();
        Long last = lastCalls.put(endpoint, now);
        if (last == null || now - last >= least * 1_000_000) {
            return false;
        }
        tooFast++;
        return true;
    }

    private void catchUp() {
        List<Instant> due = later.keySet().stream()
                .filter(when -> !when.isAfter(time.now()))
                .toList();
        for (Instant when : due) {
            Runnable what = later.remove(when);
            if (what != null) {
                what.run();
            }
        }
    }

    private static Map<?, ?> body(RecordedRequest request) {
        String text = request.getBody() == null ? "" : request.getBody().utf8();
        return !text.isEmpty() && Json.read(text) instanceof Map<?, ?> map ? map : Map.of();
    }
}

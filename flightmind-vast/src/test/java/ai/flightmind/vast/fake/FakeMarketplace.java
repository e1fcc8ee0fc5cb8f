package ai.flightmind.vast.fake;

import ai.flightmind.vast.VastClient;
import ai.flightmind.vast.http.Timeline;
import ai.flightmind.vast.json.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;

/**
 * The fake marketplace. Make one per test, {@link #add} offers, give {@link #client()} to the code under test, and look at
 * {@link #rented()} afterwards. Thread-safe.
 *
 * <p>Time is {@link #time()}: instances load, and rentals that come late arrive, as the code under test sleeps. One that was
 * started {@linkplain #start(Timeline) with another time} goes by that.
 */
public final class FakeMarketplace implements AutoCloseable {
    /** The key it accepts. */
    public static final String KEY = "fake-key-5f1c0ffee5f1c0ffee";

    private final MockWebServer server = new MockWebServer();
    private final Timeline time;
    private final FakeService service;
    private final List<String> requests = new ArrayList<>();
    private volatile Function<String, Fault> faults = request -> Fault.NONE;

    private FakeMarketplace(Timeline time) {
        this.time = time;
        this.service = new FakeService(time, KEY);
    }

    /** Starts it on a free port, with a time of its own. */
    public static FakeMarketplace start() {
        return start(new FakeTime());
    }

    /** Starts it on a free port. */
    public static FakeMarketplace start(Timeline time) {
        FakeMarketplace fake = new FakeMarketplace(time);
        fake.server.setServerSocketFactory(new PromptSockets());
        fake.server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return fake.answer(request);
            }
        });
        try {
            fake.server.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        fake.service.address(fake.url());
        return fake;
    }

    public String url() {
        String url = server.url("/").toString();
        return url.substring(0, url.length() - 1);
    }

    /** Its own time; there is none if it was started with another. */
    public FakeTime time() {
        if (time instanceof FakeTime own) {
            return own;
        }
        throw new IllegalStateException("It goes by " + time);
    }

    /** A builder that leads here, with the right key and this marketplace's clock. */
    public VastClient.Builder clientBuilder() {
        return VastClient.builder().baseUrl(url()).apiKey(KEY).timeline(time);
    }

    public VastClient client() {
        return clientBuilder().build();
    }

    /** An offer whose instances are nowhere but in the answers. */
    public FakeMarketplace add(FakeOffer offer) {
        return add(offer, Host.NOWHERE);
    }

    /** An offer whose instances really are somewhere. */
    public FakeMarketplace add(FakeOffer offer, Host host) {
        service.add(offer, host);
        return this;
    }

    /** An SSH key that the account has. */
    public FakeMarketplace addSshKey(String publicKey) {
        service.addSshKey(publicKey);
        return this;
    }

    public FakeMarketplace credit(double dollars) {
        service.credit(dollars);
        return this;
    }

    /** Whether calls that follow too fast are answered with 429. By default they are. */
    public FakeMarketplace enforceIntervals(boolean enforce) {
        service.enforceIntervals(enforce);
        return this;
    }

    /** Someone bids more for the machine: the instance stops, and bills its disk. */
    public void outbid(long instanceId) {
        service.outbid(instanceId);
    }

    /** The instance's container dies. */
    public void kill(long instanceId) {
        service.force(instanceId, "exited");
    }

    /** The instance's host goes away. */
    public void disconnect(long instanceId) {
        service.force(instanceId, "offline");
    }

    /** What goes wrong, by method and path, as {@code PUT /api/v0/asks/5/}. */
    public FakeMarketplace faults(Function<String, Fault> faults) {
        this.faults = faults;
        return this;
    }

    /** Every rental so far, ended ones too. */
    public List<FakeInstance> rentals() {
        return service.rentals();
    }

    /** What bills now. */
    public List<FakeInstance> rented() {
        return rentals().stream().filter(FakeInstance::isRented).toList();
    }

    /** The most rentals that billed at one time. */
    public int mostRentedAtOnce() {
        return service.mostRentedAtOnce();
    }

    /** Requests that came too soon after the one before, whether answered with 429 or not. */
    public int tooFast() {
        return service.tooFast();
    }

    /** Method and path of every request, in order. */
    public List<String> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    /** Fails if something bills. */
    public void assertNothingRented() {
        List<FakeInstance> left = rented();
        if (!left.isEmpty()) {
            throw new AssertionError("Still rented: "
                    + left.stream().map(i -> i.id() + " " + i.label()).toList());
        }
    }

    @Override
    public void close() {
        server.close();
    }

    private MockResponse answer(RecordedRequest request) {
        String line = request.getMethod() + " " + request.getUrl().encodedPath();
        synchronized (requests) {
            requests.add(line);
        }
        if (line.startsWith("GET /s3/")) {
            return service.result(line);
        }
        Fault fault = faults.apply(line);
        boolean rental = line.startsWith("PUT /api/v0/asks/");
        if (!rental && (fault == Fault.RENTED_BUT_REFUSED || fault == Fault.OFFER_GONE)) {
            fault = Fault.DOWN;
        }
        if (rental && fault == Fault.LATE) {
            Instant when = time.now().plus(Duration.ofSeconds(12));
            service.later(when, () -> service.answer(request));
        }
        if (rental && fault == Fault.RENTED_BUT_REFUSED) {
            return service.rentButRefuse(request);
        }
        MockResponse done = fault.done() ? service.answer(request) : json(503, Map.of());
        return switch (fault) {
            case NONE -> done;
            case UNFILTERED -> line.endsWith("/bundles/") ? service.everything() : done;
            case TOO_MANY -> text(429, "API requests too frequent endpoint threshold=1.0");
            case DOWN, RENTED_BUT_REFUSED -> json(503, Map.of("success", false, "msg", "maintenance"));
            case DOWN_AFTER -> text(502, "<html>Bad Gateway</html>");
            case RETRY_AT_ONCE ->
                text(503, "busy").newBuilder().setHeader("Retry-After", "0").build();
            case CUT_BEFORE, LATE, CUT_AFTER ->
                new MockResponse.Builder()
                        .onResponseStart(new SocketEffect.CloseSocket())
                        .build();
            case TRUNCATED ->
                done.newBuilder().onResponseBody(new SocketEffect.CloseSocket()).build();
            case BROKEN_JSON -> text(200, "{\"success\": tru");
            case EMPTY -> text(200, "");
            case WRONG_SHAPE -> json(200, Map.of("success", true, "surprise", List.of(1, 2)));
            case POLITE_NO -> json(200, Map.of("success", false, "error", "try_later", "msg", "not now"));
            case STALL ->
                new MockResponse.Builder()
                        .onResponseStart(SocketEffect.Stall.INSTANCE)
                        .build();
            case OFFER_GONE ->
                json(
                        404,
                        Map.of(
                                "success", false,
                                "error", "invalid_args",
                                "msg", "error 404/3603: no_such_ask Instance type is not available."));
        };
    }

    static MockResponse json(int status, Object body) {
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "application/json")
                .body(Json.write(body))
                .build();
    }

    static MockResponse text(int status, String body) {
        return new MockResponse.Builder()
                .code(status)
                .setHeader("Content-Type", "text/plain")
                .body(body)
                .build();
    }
}

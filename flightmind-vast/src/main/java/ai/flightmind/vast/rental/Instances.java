package ai.flightmind.vast.rental;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.NotFoundException;
import ai.flightmind.vast.error.OfferGoneException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.http.ApiCall;
import ai.flightmind.vast.http.Background;
import ai.flightmind.vast.http.Endpoint;
import ai.flightmind.vast.http.Repeat;
import ai.flightmind.vast.http.Transport;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceFilter;
import ai.flightmind.vast.instance.InstanceSpec;
import ai.flightmind.vast.instance.LogRequest;
import ai.flightmind.vast.json.JsonFields;
import ai.flightmind.vast.offer.Offer;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Rented machines. Calls block and end with a {@link VastException} where they fail; interruption ends them, too.
 * Thread-safe.
 */
public final class Instances {
    private static final String ROOT = "/api/v0/instances/";
    private static final Duration AFTER_INTERRUPTION = Duration.ofSeconds(30);

    private final Transport transport;
    private final Background background;
    private final Rental rental;
    private final Listing listing;
    private final Destruction destruction;
    private final Waiting waiting;
    private final Output output;

    /**
     * Made by the client.
     *
     * @param settleFor how long the outcome of a rental is looked for whose answer was lost
     * @param poll between two looks at an instance that is awaited
     */
    public Instances(Transport transport, Background background, Duration settleFor, Duration poll) {
        this.transport = transport;
        this.background = background;
        this.rental = new Rental(transport, background, settleFor);
        this.listing = new Listing(transport, Repeat.READ);
        this.destruction = new Destruction(transport);
        this.output = new Output(transport);
        this.waiting = new Waiting(transport, this::get, poll);
    }

    /**
     * Rents a machine, at most once. The rental carries a label of its own. If the answer is lost, the account is searched
     * for that label, for 30 s by default: what is found is returned, and nothing stays rented unknown. A refusal that
     * rented all the same is destroyed.
     *
     * <p>Interrupted, it destroys what it may have rented, for up to a minute, and then throws.
     *
     * @param offerId the offer's id
     * @return the new instance, with its id and label; it does not run yet
     * @throws ai.flightmind.vast.error.OfferGoneException if someone was faster
     * @throws ai.flightmind.vast.error.UnclearRentalException if it may be rented, and could not be found or destroyed
     */
    public Instance create(long offerId, InstanceSpec spec) {
        return rental.rent(offerId, spec);
    }

    /**
     * As {@link #create(long, InstanceSpec)}, after a look at whether the two go together.
     *
     * @throws IllegalArgumentException if the offer is one to bid on and the spec has no bid, which would rent at the price
     *     on demand; or if the disk is larger than the machine has, which the service cuts off silently
     */
    public Instance create(Offer offer, InstanceSpec spec) {
        if (Boolean.TRUE.equals(offer.isBid()) && spec.bidDollarsPerHour() == null) {
            throw new IllegalArgumentException(
                    "Offer " + offer.id() + " is interruptible: give bidDollarsPerHour, or search on demand.");
        }
        Double disk = offer.diskSpaceGb();
        if (disk != null && spec.diskGb() > disk) {
            throw new IllegalArgumentException(
                    "Offer " + offer.id() + " has " + disk + " GB of disk, not " + spec.diskGb() + ".");
        }
        return create(offer.id(), spec);
    }

    /**
     * Rents the first of these offers that is still there.
     *
     * @throws ai.flightmind.vast.error.OfferGoneException if none is
     */
    public Instance createAny(List<Offer> offers, InstanceSpec spec) {
        OfferGoneException gone = null;
        for (Offer offer : offers) {
            try {
                return create(offer, spec);
            } catch (OfferGoneException e) {
                gone = e;
            }
        }
        throw gone != null ? gone : new IllegalArgumentException("No offers to rent.");
    }

    /** As {@link #create(long, InstanceSpec)}; cancelling the future destroys what it may have rented. */
    public CompletableFuture<Instance> createAsync(long offerId, InstanceSpec spec) {
        return background.start(() -> create(offerId, spec), rental::giveBack);
    }

    /**
     * The instance as it is now.
     *
     * @throws NotFoundException if there is none of that id
     */
    public Instance get(long id) {
        JsonFields answer = transport.callForObject(
                ApiCall.get(Endpoint.SHOW_INSTANCE, ROOT + id + "/").query("owner", "me"));
        if (!answer.asMap().containsKey("instances")) {
            throw new DataException("The answer lacks $.instances.", "$.instances", null);
        }
        JsonFields row = answer.object("instances");
        if (row == null) {
            throw new NotFoundException("There is no instance " + id + ".", 200, "no_such_instance");
        }
        Instance instance = Instance.fromJson(row);
        if (instance.id() != id) {
            throw new DataException("Asked for instance " + id + ", got another.", "$.instances.id", null);
        }
        return instance;
    }

    public List<Instance> list() {
        return list(InstanceFilter.all());
    }

    /** The instances that a filter lets through, over all pages of the answer. */
    public List<Instance> list(InstanceFilter filter) {
        return listing.read(filter);
    }

    /** The statuses, GPU names and verifications that occur, as a filter may ask for. */
    public List<Map<String, @Nullable Object>> filterValues() {
        return transport
                .callForObject(ApiCall.get(Endpoint.LIST_INSTANCES, ROOT + "filters/"))
                .objects("filters")
                .stream()
                .map(JsonFields::asMap)
                .toList();
    }

    /**
     * Waits until the container runs and, if it has SSH, has an address. SSH may need some seconds more.
     *
     * @throws ai.flightmind.vast.error.InstanceNotReadyException if it fails, is outbid, or takes longer
     */
    public Instance awaitRunning(long id, Duration timeout) {
        return awaitRunning(id, timeout, instance -> {
            String runtype = instance.imageRuntype();
            return runtype == null || !runtype.contains("ssh") || instance.sshAddress() != null;
        });
    }

    /** Waits until the container runs and the condition holds, as that SSH answers. It is asked anew at every look. */
    public Instance awaitRunning(long id, Duration timeout, Predicate<Instance> ready) {
        return waiting.until(id, timeout, ready);
    }

    /** As {@link #awaitRunning(long, Duration)}; cancelling the future interrupts it. */
    public CompletableFuture<Instance> awaitRunningAsync(long id, Duration timeout) {
        return background.start(() -> awaitRunning(id, timeout));
    }

    /**
     * Ends the rental and deletes its disk. Insists for some minutes if the service fails; that the instance is gone
     * already is success.
     *
     * <p>An interrupted thread destroys all the same, since this is what its cleaning up does, and waits for at most 30 s.
     */
    public void destroy(long id) {
        finish(() -> destruction.destroy(id));
    }

    /** As {@link #destroy}, in one call. */
    public void destroyAll(List<Long> ids) {
        List<Long> all = List.copyOf(ids);
        if (!all.isEmpty()) {
            finish(() -> destruction.destroyAll(all));
        }
    }

    /** Cancelling the future stops the insisting, not what is sent. */
    public CompletableFuture<Boolean> destroyAsync(long id) {
        return background.start(() -> {
            destruction.destroy(id);
            return true;
        });
    }

    /** Starts a stopped instance. It bills in full again; its GPUs may have been rented to another in the meantime. */
    public void start(long id) {
        put(ROOT + id + "/", Map.of("state", "running"));
    }

    /** Stops the container. The disk is billed on, and the GPUs may be gone when it is to start again. */
    public void stop(long id) {
        put(ROOT + id + "/", Map.of("state", "stopped"));
    }

    /** As {@link #start}, in one call. */
    public void startAll(List<Long> ids) {
        put(ROOT, state("running", ids));
    }

    /** As {@link #stop}, in one call. */
    public void stopAll(List<Long> ids) {
        put(ROOT, state("stopped", ids));
    }

    /** Restarts the container as it is. */
    public void reboot(long id) {
        put(ROOT + "reboot/" + id + "/", Map.of());
    }

    /** Makes the container anew from its image. */
    public void recycle(long id) {
        put(ROOT + "recycle/" + id + "/", Map.of());
    }

    /** Changes the label. Without its unique end, an orphan sweep does not know it as ours any more. */
    public void label(long id, String label) {
        if (label.length() > 1024) {
            throw new IllegalArgumentException("The label is at most 1024 letters.");
        }
        put(ROOT + id + "/", Map.of("label", label));
    }

    /** Changes the bid, in dollars per hour for the machine. */
    public void changeBid(long id, double dollarsPerHour) {
        if (!(dollarsPerHour >= 0.001)) {
            throw new IllegalArgumentException("A bid is at least 0.001 dollars per hour: " + dollarsPerHour);
        }
        bid(id, dollarsPerHour);
    }

    /** Bids what wins now. */
    public void changeBidToWin(long id) {
        bid(id, null);
    }

    /** Deposits dollars on the instance for a discount. */
    public Prepayment prepay(long id, double dollars) {
        JsonFields answer = transport.callForObject(
                ApiCall.change(Endpoint.PREPAY, "PUT", ROOT + "prepay/" + id + "/", Map.of("amount", dollars))
                        .repeated(Repeat.NEVER));
        return new Prepayment(answer.number("timescale"), answer.number("discount_rate"));
    }

    /**
     * What a deposit gave.
     *
     * @param months it is for
     * @param discountRate 0 to 1
     */
    public record Prepayment(
            @Nullable Double months, @Nullable Double discountRate) {}

    /** The deposit on an instance, as the service tells it. */
    public Map<String, @Nullable Object> deposit(long id) {
        return transport
                .callForObject(ApiCall.get(Endpoint.OTHER, ROOT + "balance/" + id + "/")
                        .query("owner", "me"))
                .asMap();
    }

    /** The container's log; takes up to about 10 s. */
    public String logs(long id, LogRequest request) {
        return output.logs(id, request);
    }

    /** As {@link #logs}; cancelling the future interrupts it. */
    public CompletableFuture<String> logsAsync(long id, LogRequest request) {
        return background.start(() -> logs(id, request));
    }

    /**
     * Runs a command on the host's side, also for a stopped instance. The service allows {@code ls}, {@code rm} and {@code
     * du}, in 512 letters; for anything else use SSH.
     */
    public String execute(long id, String command) {
        return output.execute(id, command);
    }

    /** As {@link #execute}; cancelling the future interrupts it. */
    public CompletableFuture<String> executeAsync(long id, String command) {
        return background.start(() -> execute(id, command));
    }

    /** Makes the container anew from a template, with other variables if there are any. */
    public void updateFromTemplate(long id, String templateHash, Map<String, String> env) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", id);
        body.put("template_hash_id", templateHash);
        if (!env.isEmpty()) {
            body.put("env", env);
        }
        put(ROOT + "update_template/" + id + "/", body);
    }

    private void finish(Runnable destroying) {
        background.finish(
                () -> {
                    destroying.run();
                    return true;
                },
                AFTER_INTERRUPTION);
    }

    private void bid(long id, @Nullable Double price) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("client_id", "me");
        body.put("price", price);
        transport.callForObject(ApiCall.change(Endpoint.CHANGE_BID, "PUT", ROOT + "bid_price/" + id + "/", body));
    }

    private void put(String path, Map<String, Object> body) {
        transport.callForObject(ApiCall.change(Endpoint.CHANGE_INSTANCE, "PUT", path, body));
    }

    private static Map<String, Object> state(String state, List<Long> ids) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("state", state);
        body.put("ids", Collections.unmodifiableList(ids));
        return body;
    }
}

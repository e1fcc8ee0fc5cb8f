package ai.flightmind.vast;

import ai.flightmind.vast.account.Account;
import ai.flightmind.vast.account.Billing;
import ai.flightmind.vast.account.SshKeys;
import ai.flightmind.vast.http.ApiKey;
import ai.flightmind.vast.http.Background;
import ai.flightmind.vast.http.Timeline;
import ai.flightmind.vast.http.Transport;
import ai.flightmind.vast.offer.OfferSearch;
import ai.flightmind.vast.rental.Instances;
import ai.flightmind.vast.rental.OrphanSweep;
import ai.flightmind.vast.run.Runs;
import ai.flightmind.vast.storage.Copies;
import ai.flightmind.vast.storage.Volumes;
import ai.flightmind.vast.template.Templates;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The Vast.ai service. Its parts are {@link #offers()}, {@link #instances()}, {@link #sshKeys()}, and so on. Thread-safe; make one and share
 * it, since it keeps connections and the service's minimum intervals. Closing it ends what is under way.
 */
public final class VastClient implements AutoCloseable {
    private final Transport transport;
    private final Background background = new Background();
    private final OfferSearch offers;
    private final Instances instances;
    private final SshKeys sshKeys;
    private final Account account;
    private final Billing billing;
    private final Templates templates;
    private final Volumes volumes;
    private final Copies copies;
    private final String baseUrl;

    private VastClient(Builder from, ApiKey key) {
        transport = new Transport(from.baseUrl, key, from.timeline, from.connectTimeout, from.timeout);
        offers = new OfferSearch(transport);
        instances = new Instances(transport, background, from.settleFor, from.pollInterval);
        sshKeys = new SshKeys(transport);
        account = new Account(transport);
        billing = new Billing(transport);
        templates = new Templates(transport);
        volumes = new Volumes(transport);
        copies = new Copies(transport);
        baseUrl = from.baseUrl.replaceAll("/+$", "");
    }

    /**
     * A client with the key of the {@code vastai} command: {@code VAST_API_KEY}, or its key file. {@code VAST_URL} changes
     * the address.
     *
     * @throws ai.flightmind.vast.error.UnauthorizedException if there is no key
     */
    public static VastClient create() {
        return builder().build();
    }

    /** Every setting has a default. */
    public static Builder builder() {
        return new Builder();
    }

    public OfferSearch offers() {
        return offers;
    }

    public Instances instances() {
        return instances;
    }

    public SshKeys sshKeys() {
        return sshKeys;
    }

    public Account account() {
        return account;
    }

    public Billing billing() {
        return billing;
    }

    public Templates templates() {
        return templates;
    }

    public Volumes volumes() {
        return volumes;
    }

    public Copies copies() {
        return copies;
    }

    /** Finds what rentals left behind. */
    public OrphanSweep orphans() {
        return new OrphanSweep(instances, transport.time());
    }

    /** Whole training runs, from an offer to a destroyed instance. */
    public Runs runs() {
        return Runs.of(offers, instances, account, transport.time(), baseUrl);
    }

    /** A checklist to go through before money is spent. */
    public Preflight preflight() {
        return new Preflight(account, sshKeys);
    }

    @Override
    public void close() {
        background.close();
        transport.close();
    }

    /** Without the key. */
    @Override
    public String toString() {
        return "VastClient[" + transport + "]";
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {
        private static final String BASE = "https://console.vast.ai";

        private @Nullable ApiKey key;
        private String baseUrl;
        private Duration timeout = Duration.ofMinutes(2);
        private Duration connectTimeout = Duration.ofSeconds(10);
        private Duration settleFor = Duration.ofSeconds(30);
        private Duration pollInterval = Duration.ofSeconds(5);
        private Timeline timeline = Timeline.system();

        private Builder() {
            String url = System.getenv("VAST_URL");
            baseUrl = url == null || url.isBlank() ? BASE : url;
        }

        /** The key; by default that of the {@code vastai} command. */
        public Builder apiKey(String key) {
            this.key = ApiKey.of(key);
            return this;
        }

        /** Sends no key: public calls only. */
        public Builder withoutKey() {
            this.key = ApiKey.none();
            return this;
        }

        /** By default {@code VAST_URL}, or {@code https://console.vast.ai}. */
        public Builder baseUrl(String url) {
            this.baseUrl = url;
            return this;
        }

        /** For one attempt, whole: 120 s by default. */
        public Builder timeout(Duration timeout) {
            this.timeout = positive(timeout, "timeout");
            return this;
        }

        /** Until a connection stands: 10 s by default. */
        public Builder connectTimeout(Duration timeout) {
            this.connectTimeout = positive(timeout, "connectTimeout");
            return this;
        }

        /** How long a rental is looked for whose answer was lost: 30 s by default. */
        public Builder settleFor(Duration time) {
            this.settleFor = positive(time, "settleFor");
            return this;
        }

        /** Between two looks at an instance that is awaited: 5 s by default. */
        public Builder pollInterval(Duration interval) {
            this.pollInterval = positive(interval, "pollInterval");
            return this;
        }

        /** Another clock, for tests. */
        public Builder timeline(Timeline timeline) {
            this.timeline = timeline;
            return this;
        }

        /**
         * The client. Nothing is sent yet.
         *
         * @throws ai.flightmind.vast.error.UnauthorizedException if no key was given or found
         * @throws IllegalArgumentException if the address is none
         */
        public VastClient build() {
            ApiKey found =
                    key != null ? key : ApiKey.find(System.getenv(), Path.of(System.getProperty("user.home", "")));
            return new VastClient(this, found);
        }

        private static Duration positive(Duration duration, String name) {
            if (duration.isZero() || duration.isNegative()) {
                throw new IllegalArgumentException(name + " is more than zero: " + duration);
            }
            return duration;
        }
    }
}

package ai.flightmind.vast.run;

import ai.flightmind.vast.account.Account;
import ai.flightmind.vast.http.Timeline;
import ai.flightmind.vast.offer.OfferSearch;
import ai.flightmind.vast.rental.Instances;
import ai.flightmind.vast.rental.OrphanSweep;
import ai.flightmind.vast.ssh.HostKeys;
import ai.flightmind.vast.ssh.KeySource;
import java.time.Instant;
import java.util.List;

/**
 * Where runs take place, and how to get in.
 *
 * @param address of the service, for the watchdog
 */
record Cloud(
        OfferSearch offers,
        Instances instances,
        Account account,
        Timeline time,
        String address,
        List<KeySource> keys,
        HostKeys hostKeys) {
    Cloud {
        keys = List.copyOf(keys);
    }

    Cloud withKeys(List<KeySource> other) {
        return new Cloud(offers, instances, account, time, address, other, hostKeys);
    }

    Cloud withHostKeys(HostKeys other) {
        return new Cloud(offers, instances, account, time, address, keys, other);
    }

    Instant now() {
        return time.now();
    }

    /** All instances of that run, as the service lists them. */
    OrphanSweep of(String runId) {
        return new OrphanSweep(instances, time).named(runId);
    }
}

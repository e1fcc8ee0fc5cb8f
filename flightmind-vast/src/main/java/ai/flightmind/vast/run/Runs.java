package ai.flightmind.vast.run;

import ai.flightmind.vast.http.Timeline;
import ai.flightmind.vast.offer.OfferSearch;
import ai.flightmind.vast.rental.Instances;
import ai.flightmind.vast.ssh.HostKeys;
import ai.flightmind.vast.ssh.KeySource;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Starts runs, and joins those that were left. Immutable: each {@code with…} gives a new one. Thread-safe. */
public final class Runs {
    private final OfferSearch offers;
    private final Instances instances;
    private final Timeline time;
    private final List<KeySource> keys;
    private final HostKeys hostKeys;
    private final Path journals;

    private Runs(
            OfferSearch offers,
            Instances instances,
            Timeline time,
            List<KeySource> keys,
            HostKeys hostKeys,
            Path journals) {
        this.offers = offers;
        this.instances = instances;
        this.time = time;
        this.keys = List.copyOf(keys);
        this.hostKeys = hostKeys;
        this.journals = journals;
    }

    /** Made by the client. */
    public static Runs of(OfferSearch offers, Instances instances, Timeline time) {
        return new Runs(
                offers,
                instances,
                time,
                List.of(KeySource.usual()),
                HostKeys.standard(),
                standardFolder(System.getenv(), Path.of(System.getProperty("user.home", ""))));
    }

    /** The private keys for SSH; default: {@link KeySource#usual}. */
    public Runs withKeys(KeySource... keys) {
        return new Runs(offers, instances, time, List.of(keys), hostKeys, journals);
    }

    /** Where host keys are remembered; default: {@link HostKeys#standard}. */
    public Runs withHostKeys(HostKeys hostKeys) {
        return new Runs(offers, instances, time, keys, hostKeys, journals);
    }

    /** Where journals of runs are kept; default: {@code $XDG_STATE_HOME/flightmind/runs}, or below {@code ~/.local/state}. */
    public Runs withJournals(Path folder) {
        return new Runs(offers, instances, time, keys, hostKeys, folder);
    }

    static Path standardFolder(Map<String, String> environment, Path home) {
        String xdg = environment.get("XDG_STATE_HOME");
        return (xdg == null || xdg.isBlank() ? home.resolve(".local").resolve("state") : Path.of(xdg))
                .resolve("flightmind")
                .resolve("runs");
    }
}

package ai.flightmind.vast.fake.rehearsal;

import ai.flightmind.vast.VastClient;
import ai.flightmind.vast.fake.FakeInstance;
import ai.flightmind.vast.fake.FakeMarketplace;
import ai.flightmind.vast.fake.FakeOffer;
import ai.flightmind.vast.fake.FastTime;
import ai.flightmind.vast.fake.Fate;
import ai.flightmind.vast.fake.host.PretendHost;
import ai.flightmind.vast.fake.host.SshKeyFile;
import ai.flightmind.vast.offer.Offer;
import ai.flightmind.vast.plan.DryRun;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.Rehearsal;
import ai.flightmind.vast.run.RehearsalStage;
import ai.flightmind.vast.run.Runs;
import ai.flightmind.vast.ssh.HostKeys;
import ai.flightmind.vast.ssh.KeySource;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import org.apache.sshd.common.config.keys.PublicKeyEntry;

/** A marketplace and its machines, on this machine. Closing it ends and deletes all of it. Thread-safe. */
public final class PretendCloud implements RehearsalStage {
    private final Path folder;
    private final Path key;
    private final FastTime time;
    private final FakeMarketplace market;
    private final VastClient client;
    private final Guardian guardian;
    private final List<PretendHost> hosts = new ArrayList<>();
    private final TreeSet<Long> outbidAtSteps;
    private final Rehearsal rehearsal;

    private PretendCloud(Rehearsal rehearsal) throws IOException, GeneralSecurityException {
        this.rehearsal = rehearsal;
        Path given = rehearsal.folder();
        folder = given == null ? Files.createTempDirectory("rehearsal") : Files.createDirectories(given);
        time = new FastTime(Instant.now(), rehearsal.speed());
        outbidAtSteps = new TreeSet<>(rehearsal.outbidAtSteps());
        KeyPair pair = SshKeyFile.newKey();
        key = SshKeyFile.write(pair, folder.resolve("key"), null);
        market = FakeMarketplace.start(time).addSshKey(PublicKeyEntry.toString(pair.getPublic()));
        client = market.client();
        String mark = UUID.randomUUID().toString();
        Path machines = Files.createDirectories(folder.resolve("machines"));
        guardian = new Guardian(PretendHost.markName(), mark, machines.toString());
        hostMaker = (offer) -> new PretendHost(machines, offer, time, rehearsal.speed(), mark, pair.getPublic());
    }

    private final HostMaker hostMaker;

    private interface HostMaker {
        PretendHost make(FakeOffer offer);
    }

    /** With machines that the plan's search finds, or those that the plan names. */
    public static PretendCloud open(RunPlan plan, Rehearsal rehearsal) {
        PretendCloud cloud;
        try {
            cloud = new PretendCloud(rehearsal);
        } catch (IOException e) {
            throw new UncheckedIOException("The rehearsal's folder cannot be written.", e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("The rehearsal's key cannot be written.", e);
        }
        boolean open = false;
        try {
            cloud.addOffers(plan);
            open = true;
            return cloud;
        } finally {
            if (!open) {
                cloud.close();
            }
        }
    }

    private void addOffers(RunPlan plan) {
        plan.offers().forEach(offer -> add(like(offer)));
        plan.query().ifPresent(query -> {
            for (int machine = 0; machine < rehearsal.machines(); machine++) {
                add(FittingOffer.to(query, 101 + machine, 1 + 0.1 * machine));
            }
        });
    }

    private static FakeOffer like(Offer offer) {
        double dollars = Objects.requireNonNullElse(offer.pricePerHour(), 1.0);
        return new FakeOffer(
                offer.id(),
                Objects.requireNonNullElse(offer.machineId(), offer.id() + 50_000),
                Objects.requireNonNullElse(offer.gpuName(), "H100 SXM"),
                (int) (long) Objects.requireNonNullElse(offer.numGpus(), 1L),
                dollars,
                dollars / 2,
                Fate.RUNS,
                Map.of());
    }

    /** Another machine. */
    public PretendHost add(FakeOffer offer) {
        PretendHost host = hostMaker.make(offer);
        hosts.add(host);
        market.add(host.offer(), host);
        return host;
    }

    /** To break calls to the service, and to see what was rented. */
    public FakeMarketplace market() {
        return market;
    }

    public VastClient client() {
        return client;
    }

    public List<PretendHost> hosts() {
        return List.copyOf(hosts);
    }

    /** The one that an instance is up on, if there is one. */
    public Optional<PretendHost> busyHost() {
        return hosts.stream().filter(PretendHost::isUp).findFirst();
    }

    public FastTime time() {
        return time;
    }

    /** The private key that opens its machines. */
    public Path key() {
        return key;
    }

    @Override
    public Runs runs() {
        return client.runs()
                .withKeys(KeySource.file(key))
                .withHostKeys(HostKeys.inFile(folder.resolve("host-keys")))
                .withJournals(folder.resolve("journals"));
    }

    @Override
    public RunPlan adapt(RunPlan plan) {
        RunPlan.Builder adapted = plan.toBuilder().natives().results(unusedResults(plan.results()));
        plan.dryRun().ifPresent(dry -> adapted.dryRun(DryRun.steps(dry.steps())));
        if (!rehearsal.usesBackup()) {
            adapted.withoutBackup();
        }
        rehearsal.arguments().forEach((flag, value) -> adapted.programArgument(flag, value));
        return adapted.build();
    }

    /** Never among the results of a real run. */
    private static Path unusedResults(Path results) {
        for (int number = 1; ; number++) {
            Path unused = results.resolve("rehearsal-" + number);
            if (!Files.exists(unused)) {
                return unused;
            }
        }
    }

    @Override
    public synchronized void onStep(long step) {
        Long due = outbidAtSteps.floor(step);
        if (due != null) {
            Optional<FakeInstance> up = market.rented().stream()
                    .filter(instance -> instance.isUp(time.now()))
                    .findFirst();
            up.ifPresent(instance -> {
                outbidAtSteps.remove(due);
                market.outbid(instance.id());
            });
        }
    }

    @Override
    public void close() {
        hosts.forEach(PretendHost::close);
        client.close();
        market.close();
        guardian.close();
        if (rehearsal.folder() == null) {
            PretendHost.delete(folder);
        }
    }
}

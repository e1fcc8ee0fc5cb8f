package ai.flightmind.examples;

import ai.flightmind.vast.cost.Workload;
import ai.flightmind.vast.fake.FakeMarketplace;
import ai.flightmind.vast.fake.host.PretendHost;
import ai.flightmind.vast.fake.rehearsal.PretendCloud;
import ai.flightmind.vast.plan.Budget;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.query.OfferQuery;
import ai.flightmind.vast.run.Rehearsal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * A pretend cloud where programs find the real one: by the environment's address and key, and an SSH key in the home
 * directory. Such a program goes by the system's clock, the cloud by a faster one.
 */
public final class PretendAccount implements AutoCloseable {
    private final Path home;
    private final PretendCloud cloud;

    private PretendAccount(Path home, PretendCloud cloud) {
        this.home = home;
        this.cloud = cloud;
    }

    /**
     * With machines that a query finds.
     *
     * @param folder for the home directory and the machines
     */
    public static PretendAccount open(Path folder, String query) throws IOException {
        RunPlan plan = RunPlan.builder()
                .offers(OfferQuery.parse(query))
                .workload(Workload.training(1, 1))
                .command("true")
                .budget(Budget.dollars(1))
                .results(folder.resolve("unused"))
                .build();
        Path home = Files.createDirectories(folder.resolve("home"));
        PretendCloud cloud = PretendCloud.open(
                plan, Rehearsal.builder().folder(folder.resolve("cloud")).build());
        Path keys = Files.createDirectory(home.resolve(".ssh"));
        Files.copy(cloud.key(), keys.resolve("id_ecdsa"));
        return new PretendAccount(home, cloud);
    }

    /** For the programs' processes. */
    public Map<String, String> environment() {
        return Map.of(
                "VAST_URL", cloud.market().url(),
                "VAST_API_KEY", FakeMarketplace.KEY,
                "XDG_STATE_HOME", home.resolve("state").toString(),
                "XDG_CONFIG_HOME", home.resolve("config").toString(),
                "SSH_AUTH_SOCK", "",
                "JAVA_TOOL_OPTIONS", home(home));
    }

    /** Options of a JVM that has another home directory, and the same unpacked libraries. */
    static String home(Path home) {
        Path ours = Path.of(System.getProperty("user.home"));
        return "-Duser.home=" + home + " -Dorg.bytedeco.javacpp.cachedir=" + ours.resolve(".javacpp/cache");
    }

    public PretendCloud cloud() {
        return cloud;
    }

    /** The home directory of the machine that is rented. */
    public Path rented() {
        return cloud.busyHost()
                .flatMap(PretendHost::home)
                .orElseThrow(() -> new AssertionError("No machine is rented"));
    }

    @Override
    public void close() {
        cloud.close();
    }
}

package ai.flightmind.vast.run;

import ai.flightmind.vast.VastClient;
import ai.flightmind.vast.fake.FakeMarketplace;
import ai.flightmind.vast.fake.FastTime;
import ai.flightmind.vast.json.Json;
import ai.flightmind.vast.plan.PlanJson;
import ai.flightmind.vast.ssh.HostKeys;
import ai.flightmind.vast.ssh.KeySource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A program of a user that starts a run, or joins the one that an earlier program has left. It may be killed. */
final class RunUnderTest {
    private RunUnderTest() {}

    /** Takes the marketplace's address, its time's beginning and speed, and a folder with key and plan. */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[3]);
        FastTime time = new FastTime(Instant.parse(args[1]), Integer.parseInt(args[2]));
        try (VastClient vast = VastClient.builder()
                .baseUrl(args[0])
                .apiKey(FakeMarketplace.KEY)
                .timeline(time)
                .build()) {
            Runs runs = vast.runs()
                    .withKeys(KeySource.file(folder.resolve("key")))
                    .withHostKeys(HostKeys.inFile(folder.resolve("host-keys")))
                    .withJournals(folder.resolve("journals"));
            List<String> known = runs.known();
            try (TrainingRun run = known.isEmpty() ? runs.start(plan(folder)) : runs.attach(known.get(0))) {
                run.progress().forEach(System.out::println);
                RunReport report = run.await();
                System.out.println("REPORT " + report.outcome() + " " + report.dollars() + " "
                        + report.leftover().isPresent());
                System.out.println(report);
            }
        }
    }

    private static ai.flightmind.vast.plan.RunPlan plan(Path folder) throws IOException {
        Object json = Json.read(Files.readString(folder.resolve("plan.json")));
        Map<String, Object> plan = new LinkedHashMap<>();
        ((Map<?, ?>) Objects.requireNonNull(json)).forEach((name, value) -> plan.put(String.valueOf(name), value));
        return PlanJson.read(plan);
    }
}

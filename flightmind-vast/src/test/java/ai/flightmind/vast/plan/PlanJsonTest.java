package ai.flightmind.vast.plan;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.cost.Workload;
import ai.flightmind.vast.json.Json;
import ai.flightmind.vast.json.JsonFields;
import ai.flightmind.vast.provision.MavenArtifact;
import ai.flightmind.vast.query.OfferQuery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PlanJsonTest {
    private static final List<String> WORDS =
            List.of("a", "--flag", "it's", "\"quoted\"", "ü", "a b", "$HOME", "\\", "\n", "ai.flightmind.Main");

    static Stream<Integer> seeds() {
        return Stream.iterate(0, seed -> seed + 1).limit(100);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void aPlanThatIsWrittenAndReadIsTheSamePlan(int seed) {
        RunPlan plan = random(new Random(seed));

        String written = Json.write(PlanJson.write(plan));
        RunPlan again = PlanJson.read(JsonFields.of(Json.read(written), "$").asMap());

        assertThat(Json.write(PlanJson.write(again))).isEqualTo(written);
        assertThat(again.toString()).isEqualTo(plan.toString());
        assertThat(again.patience()).isEqualTo(plan.patience());
        assertThat(again.data()).isEqualTo(plan.data());
        assertThat(again.program()).isEqualTo(plan.program());
        assertThat(again.natives()).isEqualTo(plan.natives());
        assertThat(again.dryRun()).isEqualTo(plan.dryRun());
    }

    private static RunPlan random(Random random) {
        RunPlan.Builder plan = RunPlan.builder()
                .name("plan-" + random.nextInt(1000))
                .offers(OfferQuery.parse("gpu_name=H100_SXM num_gpus=" + (1 + random.nextInt(8))))
                .workload(Workload.training(1 + random.nextInt(1 << 30), 1 + (long) random.nextInt(1 << 30) * 100))
                .budget(Budget.dollars(1 + random.nextInt(100_000) / 100.0))
                .deadline(Duration.ofSeconds(1 + random.nextInt(1_000_000)))
                .results(Path.of("results", word(random)));
        if (random.nextBoolean()) {
            plan.program("ai.flightmind.Main", words(random)).jvmOptions("-Xmx" + random.nextInt(10) + "g");
        } else {
            plan.command(
                    Stream.concat(Stream.of("sh"), Stream.of(words(random))).toArray(String[]::new));
        }
        if (random.nextBoolean()) {
            plan.diskGb(10 + random.nextInt(500)).bidDollarsPerHour(random.nextInt(100) / 10.0 + 0.1);
        }
        if (random.nextBoolean()) {
            plan.data(Path.of("/data", word(random)), "there").data(Path.of("/more"));
        }
        if (random.nextBoolean()) {
            plan.dryRun(
                            DryRun.steps(1 + random.nextInt(100)),
                            DryRun.expectTokensPerSecond(DryRun.atLeast(random.nextInt(100) / 100.0)))
                    .dryRunArguments("--checkpoint-every", word(random));
        } else {
            plan.withoutDryRun();
        }
        if (random.nextBoolean()) {
            plan.natives(MavenArtifact.of("org.bytedeco:cuda:13.1-9.19-1.5.13:linux-x86_64"));
        }
        plan.environment("NAME", word(random)).resumeArguments("--resume", word(random));
        plan.endWhenIdle(random.nextBoolean())
                .onInterruption(Interruptions.rentAgainAndResume(random.nextInt(5)))
                .processesPerNode(1 + random.nextInt(8))
                .patience(Patience.standard()
                        .withPoll(Duration.ofMillis(1 + random.nextInt(100_000)))
                        .withCollect(Duration.ofSeconds(random.nextInt(1000))));
        return plan.build();
    }

    private static String[] words(Random random) {
        return random.ints(random.nextInt(5), 0, WORDS.size())
                .mapToObj(WORDS::get)
                .toArray(String[]::new);
    }

    private static String word(Random random) {
        return WORDS.get(random.nextInt(WORDS.size() - 3));
    }
}

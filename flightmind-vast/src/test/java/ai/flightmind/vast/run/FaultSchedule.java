package ai.flightmind.vast.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.fake.FakeInstance;
import ai.flightmind.vast.fake.rehearsal.PretendCloud;
import ai.flightmind.vast.json.Json;
import ai.flightmind.vast.plan.Budget;
import ai.flightmind.vast.plan.DryRun;
import ai.flightmind.vast.plan.PlanJson;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.run.RunReport.Outcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** One run, and what goes wrong with it, drawn from a seed. */
final class FaultSchedule {
    private static final int SPEED = 100;
    /** Where cents count: what takes us a second must not be long by the marketplace's time. */
    private static final int SLOW = 30;

    /** By our own clock, once and for each program: what ending a run and starting another take on a busy machine. */
    private static final Duration BUSY = Duration.ofSeconds(3);

    private static final double DEAREST_PER_HOUR = 6.5;
    private static final int STEPS = 24;
    private static final Pattern BEST = Pattern.compile("(?s)\\d+ steps, lowest (\\d+)\n.*");

    /**
     * How it ended.
     *
     * @param tight whether it was meant to run out of money
     */
    record Result(Outcome outcome, boolean tight, int kills, String summary) {}

    private final int seed;
    private final Path folder;
    private final Random random;
    private final int bestAt;
    private final boolean tight;
    private final double budget;
    private final boolean killed;

    FaultSchedule(int seed, Path folder) {
        this.seed = seed;
        this.folder = folder;
        this.random = new Random(seed);
        this.killed = seed % 5 == 0;
        this.bestAt = random.nextInt(3) * 8;
        this.tight = random.nextInt(6) == 0;
        this.budget = tight ? 0.3 + random.nextDouble() / 2 : 50;
    }

    Result run() throws IOException, InterruptedException {
        RunPlan plan = plan();
        Rehearsal rehearsal = Rehearsal.builder()
                .folder(folder)
                .machines(5)
                .speed(tight ? SLOW : SPEED)
                .build();
        try (PretendCloud cloud = PretendCloud.open(plan, rehearsal);
                Saboteur saboteur = new Saboteur(cloud, random.nextLong())) {
            RunOutcome ended = killed ? inAnotherProgram(cloud, saboteur, plan) : here(cloud, saboteur, plan);
            saboteur.rest();
            check(cloud, plan, ended, saboteur);
            return new Result(ended.outcome(), tight, ended.kills(), ended.summary() + " " + saboteur);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("Schedule " + seed + ": " + e.getMessage(), e);
        }
    }

    /** What came out of it, whoever looked after it. */
    record RunOutcome(
            Outcome outcome,
            double dollars,
            boolean leftover,
            int lowestSafe,
            int kills,
            Duration unattended,
            String summary) {}

    private RunPlan plan() {
        RunPlan.Builder plan = ShellPlan.in(
                        folder,
                        "--max-steps",
                        Integer.toString(STEPS),
                        "--checkpoint-every",
                        "4",
                        "--pause",
                        "0.03",
                        "--best-at",
                        Integer.toString(bestAt))
                .budget(Budget.dollars(budget));
        if (tight) {
            plan.patience(plan.build().patience().withCollect(Duration.ofMinutes(3)));
        }
        if (random.nextInt(3) == 0) {
            plan.dryRun(DryRun.steps(8)).dryRunArguments("--checkpoint-every", "4");
        }
        return plan.build();
    }

    private RunOutcome here(PretendCloud cloud, Saboteur saboteur, RunPlan plan) {
        SafeBests bests = new SafeBests(plan.results());
        try (TrainingRun run = cloud.runs().start(plan)) {
            run.listen(bests::accept);
            saboteur.work();
            RunReport report = run.await();
            return new RunOutcome(
                    report.outcome(),
                    report.dollars(),
                    report.leftover().isPresent(),
                    bests.lowest(),
                    0,
                    Duration.ZERO,
                    report.summary());
        }
    }

    /** Killed at the marked places, and started again each time. */
    private RunOutcome inAnotherProgram(PretendCloud cloud, Saboteur saboteur, RunPlan plan)
            throws IOException, InterruptedException {
        Files.writeString(folder.resolve("plan.json"), Json.write(PlanJson.write(plan)));
        SafeBests bests = new SafeBests(plan.results());
        List<Integer> killAfterLines = new ArrayList<>();
        for (int kill = 0; kill <= random.nextInt(3); kill++) {
            killAfterLines.add(1 + random.nextInt(45));
        }
        saboteur.work();
        int kills = 0;
        Duration unattended = Duration.ZERO;
        Instant left = cloud.time().now();
        while (true) {
            int after = kills < killAfterLines.size() ? killAfterLines.get(kills) : Integer.MAX_VALUE;
            ChildProgram child = ChildProgram.start(cloud, folder);
            String report = child.run(after, bests::acceptLine);
            if (kills > 0) {
                unattended = unattended.plus(
                        Duration.between(left, child.firstLineAt().orElseGet(cloud.time()::now)));
            }
            left = cloud.time().now();
            if (!report.isEmpty()) {
                String[] words = report.split(" ", -1);
                return new RunOutcome(
                        Outcome.valueOf(words[1]),
                        Double.parseDouble(words[2]),
                        Boolean.parseBoolean(words[3]),
                        bests.lowest(),
                        kills,
                        unattended,
                        child.tail());
            }
            assertThat(child.wasKilled())
                    .as("it ended by itself without a report: %s", child.tail())
                    .isTrue();
            kills++;
        }
    }

    private void check(PretendCloud cloud, RunPlan plan, RunOutcome ended, Saboteur saboteur) throws IOException {
        List<FakeInstance> billing = cloud.market().rented();
        List<String> attached = new ArrayList<>();
        if (!billing.isEmpty()) {
            assertThat(ended.leftover())
                    .as("%s bills, and nobody says so; %s", billing.get(0).id(), saboteur)
                    .isTrue();
            // What was kept for its results is brought home by whoever attaches when nothing fails any more. A busy
            // machine may be too slow for a marketplace whose hours are minutes, and keep it once more.
            for (int tries = 0; tries < 3 && !cloud.market().rented().isEmpty(); tries++) {
                try (TrainingRun again =
                        cloud.runs().attach(cloud.runs().known().get(0))) {
                    RunReport report = again.await();
                    boolean kept = report.leftover().isPresent();
                    attached.add(report.toString());
                    assertThat(cloud.market().rented().isEmpty())
                            .as("what is told; %s", saboteur)
                            .isEqualTo(!kept);
                }
            }
        }
        assertThat(cloud.market().rented())
                .as("bills still; %s, %s", saboteur, attached)
                .isEmpty();
        // A service that does not answer cannot be told to stop an instance, and nor can a program that is not there;
        // and a second of ours is long by the marketplace's time.
        Duration beyond = plan.patience()
                .poll()
                .plus(saboteur.serviceTrouble())
                .plus(ended.unattended())
                .plus(BUSY.multipliedBy((1L + ended.kills()) * (tight ? SLOW : SPEED)));
        assertThat(ended.dollars())
                .as("dollars; %s, %s", saboteur, ended)
                .isLessThanOrEqualTo(budget + DEAREST_PER_HOUR * beyond.toSeconds() / 3600);
        Path best = plan.results().resolve("best.pt");
        int lowest = Files.exists(best) ? lowestOf(best) : Integer.MAX_VALUE;
        assertThat(lowest).as("best checkpoint; %s", saboteur).isLessThanOrEqualTo(ended.lowestSafe());
        if (ended.outcome() == Outcome.COMPLETED) {
            assertThat(lowest).as("best checkpoint; %s", saboteur).isEqualTo(bestAt > 0 ? 1000 : 2000 - STEPS);
            assertThat(plan.results().resolve("final.pt")).exists();
            List<String> lines = Files.readAllLines(plan.results().resolve("metrics.jsonl"));
            for (int step = 0; step < STEPS; step++) {
                assertThat(lines.get(step)).as("metrics; %s", saboteur).startsWith("{\"step\":" + step + ",");
            }
            assertThat(lines).as("metrics; %s", saboteur).hasSize(STEPS);
        }
        assertThat(cloud.hosts())
                .as("files of machines; %s", saboteur)
                .allMatch(host -> host.home().isEmpty());
    }

    static int lowestOf(Path best) throws IOException {
        Matcher matcher = BEST.matcher(Files.readString(best));
        assertThat(matcher.matches()).as(best + " is damaged").isTrue();
        return Integer.parseInt(matcher.group(1));
    }
}

package ai.flightmind.examples.benchmark.compare;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Variants that were run in turn, so that whatever else the machine did met all of them. */
public final class Comparison {
    private final Map<Variant, List<Round>> rounds;

    private Comparison(Map<Variant, List<Round>> rounds) {
        this.rounds = rounds;
    }

    /**
     * Runs each variant in each round, one after the other.
     *
     * @param mainClass the benchmark's
     * @param flags of it that all variants share, by name
     * @param progress told a line for each run
     */
    public static Comparison run(
            Class<?> mainClass,
            Map<String, String> flags,
            List<Variant> variants,
            int rounds,
            Consumer<String> progress)
            throws IOException, InterruptedException {
        if (rounds < 1) {
            throw new IllegalArgumentException("--rounds must be at least 1, not " + rounds);
        }
        ChildBenchmark child = new ChildBenchmark(mainClass.getName(), flags);
        Map<Variant, List<Round>> all = new LinkedHashMap<>();
        for (int round = 0; round < rounds; round++) {
            for (Variant variant : variants) {
                Round outcome = child.run(variant);
                all.computeIfAbsent(variant, first -> new ArrayList<>()).add(outcome);
                progress.accept("round " + (round + 1) + ", " + variant.name() + ": " + ComparisonText.of(outcome));
            }
        }
        return new Comparison(all);
    }

    /** Whether every run of every variant ended well. */
    public boolean complete() {
        return rounds.values().stream().flatMap(List::stream).allMatch(Round.Measured.class::isInstance);
    }

    /** For people: a line for each variant. */
    public String table() {
        return ComparisonText.of(compared());
    }

    /** For programs: an object, with the figures of each run. */
    public String json() {
        return ComparisonJson.of(compared());
    }

    private List<Compared> compared() {
        List<Compared> all = new ArrayList<>();
        rounds.forEach((variant, outcomes) -> all.add(Compared.of(variant, outcomes)));
        return all;
    }
}

package ai.flightmind.train.mixture;

import java.util.ArrayList;
import java.util.List;

/**
 * Which source each place of each step is filled from: a pure function of the step, whatever the number of ranks and the
 * size of micro-batches. Immutable.
 */
final class Schedule {
    /**
     * The sources' turns from a step on.
     *
     * @param before how many rows of each source are read before that step
     */
    private record Phase(long fromStep, Interleaving turns, List<Long> before) {}

    private final int rowsPerStep;
    private final List<Phase> phases = new ArrayList<>();

    Schedule(List<Mixture.Weights> weights, int rowsPerStep) {
        this.rowsPerStep = rowsPerStep;
        for (Mixture.Weights each : weights) {
            List<Long> before = new ArrayList<>();
            for (int source = 0; source < each.values().size(); source++) {
                before.add(phases.isEmpty() ? 0 : before(source, each.fromStep(), 0));
            }
            phases.add(new Phase(each.fromStep(), new Interleaving(each.values()), before));
        }
    }

    int rowsPerStep() {
        return rowsPerStep;
    }

    /** How many of the source's rows are read before a place of a step. */
    long before(int source, long step, int place) {
        Phase phase = phase(step);
        long places = (step - phase.fromStep) * rowsPerStep + place;
        return phase.before.get(source) + phase.turns.before(source, places);
    }

    /** How many rows of a step's places are the source's. */
    int count(int source, long step, int from, int to) {
        return (int) (before(source, step, to) - before(source, step, from));
    }

    private Phase phase(long step) {
        int i = phases.size() - 1;
        while (phases.get(i).fromStep > step) {
            i--;
        }
        return phases.get(i);
    }
}

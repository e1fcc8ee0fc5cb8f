package ai.flightmind.train;

import java.time.Duration;

/** How fast a process trains. Time spent on evaluation and checkpoints counts for the estimate, not for the speed. */
final class Pace {
    private final long begin = System.nanoTime();
    private long trainingNanos;
    private long tokens;
    private long steps;

    void add(long stepNanos, long stepTokens) {
        trainingNanos += stepNanos;
        tokens += stepTokens;
        steps++;
    }

    double averageTokensPerSecond() {
        return perSecond(tokens, trainingNanos);
    }

    static double perSecond(long tokens, long nanos) {
        return tokens * 1e9 / Math.max(1, nanos);
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - begin);
    }

    Duration remaining(long stepsToDo) {
        return steps == 0 ? Duration.ZERO : elapsed().multipliedBy(stepsToDo).dividedBy(steps);
    }
}

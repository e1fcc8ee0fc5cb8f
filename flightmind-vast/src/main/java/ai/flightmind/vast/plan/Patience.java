package ai.flightmind.vast.plan;

import java.time.Duration;

/**
 * How long a run waits for what.
 *
 * @param poll between two looks at the machine
 * @param boot until a rented machine runs and answers over SSH
 * @param outOfReach how long SSH may be lost while the service says that the machine runs
 * @param idle how long GPUs may idle while the program runs before it is told
 * @param stopGrace how long the program may take to save and end when it is asked to
 * @param collect what is kept of budget and deadline for bringing the results home
 * @param machines how many machines may fall short, or fail to boot, before the run gives up
 */
public record Patience(
        Duration poll,
        Duration boot,
        Duration outOfReach,
        Duration idle,
        Duration stopGrace,
        Duration collect,
        int machines) {
    public Patience {
        for (Duration time : new Duration[] {poll, boot, outOfReach, idle, stopGrace}) {
            if (time.isNegative() || time.isZero()) {
                throw new IllegalArgumentException("Every time is above 0, not " + time);
            }
        }
        if (collect.isNegative() || machines < 1) {
            throw new IllegalArgumentException("collect is 0 or more, machines at least 1");
        }
    }

    /** 10 s, 20 min, 10 min, 15 min, 3 min, 15 min, 5 machines. */
    public static Patience standard() {
        return new Patience(
                Duration.ofSeconds(10),
                Duration.ofMinutes(20),
                Duration.ofMinutes(10),
                Duration.ofMinutes(15),
                Duration.ofMinutes(3),
                Duration.ofMinutes(15),
                5);
    }

    /** How long between two looks at the run; above 0. */
    public Patience withPoll(Duration poll) {
        return new Patience(poll, boot, outOfReach, idle, stopGrace, collect, machines);
    }

    /** How long a machine may take to come up before it is given back; above 0. */
    public Patience withBoot(Duration boot) {
        return new Patience(poll, boot, outOfReach, idle, stopGrace, collect, machines);
    }

    /** How long SSH may be lost while the service says that the machine runs; above 0. */
    public Patience withOutOfReach(Duration outOfReach) {
        return new Patience(poll, boot, outOfReach, idle, stopGrace, collect, machines);
    }

    /** How long GPUs may idle while the program runs before it is told; above 0. */
    public Patience withIdle(Duration idle) {
        return new Patience(poll, boot, outOfReach, idle, stopGrace, collect, machines);
    }

    /** How long the program may take to save and end when it is asked to; above 0. */
    public Patience withStopGrace(Duration stopGrace) {
        return new Patience(poll, boot, outOfReach, idle, stopGrace, collect, machines);
    }

    /** What is kept of budget and deadline for bringing the results home; 0 or more. */
    public Patience withCollect(Duration collect) {
        return new Patience(poll, boot, outOfReach, idle, stopGrace, collect, machines);
    }

    /** How many machines may fall short, or fail to boot, before the run gives up; at least 1. */
    public Patience withMachines(int machines) {
        return new Patience(poll, boot, outOfReach, idle, stopGrace, collect, machines);
    }
}

package ai.flightmind.vast.plan;

/**
 * What to do when the machine is lost: outbid, gone, stopped, full, or out of reach for long.
 *
 * @param rentAgain how many more machines may be rented for that; 0 ends the run at the first loss
 */
public record Interruptions(int rentAgain) {
    public Interruptions {
        if (rentAgain < 0) {
            throw new IllegalArgumentException("rentAgain is 0 or more, not " + rentAgain);
        }
    }

    /** Rents another machine, that many times at most, and goes on from the newest checkpoint that was brought home. */
    public static Interruptions rentAgainAndResume(int times) {
        return new Interruptions(times);
    }

    /** Ends the run, with what was brought home. */
    public static Interruptions giveUp() {
        return new Interruptions(0);
    }
}

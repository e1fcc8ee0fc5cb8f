package ai.flightmind.vast.run;

import ai.flightmind.vast.plan.RunPlan;

/**
 * A pretend cloud on this machine: a marketplace, and machines that are directories and processes, behind real SSH.
 * Closing it ends all of its processes.
 */
public interface RehearsalStage extends AutoCloseable {
    /** Runs that take place there. */
    Runs runs();

    /** The plan, with what has to differ here. */
    RunPlan adapt(RunPlan plan);

    /** Told as training goes on; what is to go wrong goes wrong then. */
    void onStep(long step);

    @Override
    void close();

    /** Found as a {@link java.util.ServiceLoader service}; the client's test-jar has one. */
    interface Provider {
        /** A stage with offers that satisfy the plan's query. */
        RehearsalStage open(RunPlan plan, Rehearsal rehearsal);
    }
}

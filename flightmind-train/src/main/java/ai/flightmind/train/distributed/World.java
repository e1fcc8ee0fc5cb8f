package ai.flightmind.train.distributed;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/**
 * The processes of a run, seen from one of them. Whatever takes part of all is called by every rank, in the same order,
 * by the thread that trains. What it throws when another rank is missing says little of itself: {@link #explain} says
 * who and why.
 */
public sealed interface World extends AutoCloseable permits SingleProcess, ConnectedWorld {
    /** This process's number, from 0. */
    int rank();

    /** How many there are. */
    int size();

    /** Whether this is rank 0, which logs and writes. */
    default boolean first() {
        return rank() == 0;
    }

    /** Each value added up over all ranks; the same to the last bit on all of them. */
    double[] sum(double... values);

    /**
     * The same for the numbers of a tensor, which the sums are written over. On a GPU that talks through NCCL nothing waits
     * for them.
     */
    void sum(Tensor values);

    /** Returns when all ranks have come here. */
    default void barrier() {
        double[] ignored = sum(0);
    }

    /** Rank 0's tensors, written over everyone's. They are of the same shapes, in the same order. */
    void broadcast(Collection<Tensor> tensors);

    /**
     * Makes sure that all ranks were started alike.
     *
     * @throws ai.flightmind.train.error.DistributedException if not, naming what differs
     */
    void requireSame(Map<String, String> settings);

    /** The reason of the lowest rank that has one; every rank gets the same answer. */
    Optional<String> anyReason(Optional<String> mine);

    /**
     * What averages the gradients of these parameters.
     *
     * @param parameters by name, all of which get a gradient in every backward pass; they outlive the reducer
     */
    GradientReducer reducer(Map<String, Tensor> parameters);

    /** Notes what this rank is about to do, for the others to know should they miss it. */
    void at(String what);

    /** What was noted last. */
    String where();

    /**
     * Says why this rank leaves, and finds out why if it is because of another one.
     *
     * @return the failure itself, or the {@code DistributedException} that names the rank behind it
     */
    RuntimeException explain(RuntimeException failure);

    /** Leaves. Waits a moment for the others, so that what this rank keeps for them stays as long as they need it. */
    @Override
    void close();
}

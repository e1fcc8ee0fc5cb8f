package ai.flightmind.model;

/**
 * Told where a micro-batch is on its way, for whoever measures it. Each is called in turn, several times where rows go
 * forward and backward in groups; where cores have rows of their own, by the first of them, on its thread.
 */
public interface PassEnds {
    /** Loss and the head's own gradient are computed; on a GPU, asked for. */
    void forward();

    /** So are the gradients of these rows. */
    void backward();

    /** Tells nobody. */
    static PassEnds untold() {
        return new PassEnds() {
            @Override
            public void forward() {}

            @Override
            public void backward() {}
        };
    }
}

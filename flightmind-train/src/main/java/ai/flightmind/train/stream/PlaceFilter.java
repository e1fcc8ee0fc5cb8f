package ai.flightmind.train.stream;

/** Which places of a run's steps a stream fills; other sources fill the others. A pure function. */
@FunctionalInterface
public interface PlaceFilter {
    boolean isFilled(long step, int place);
}

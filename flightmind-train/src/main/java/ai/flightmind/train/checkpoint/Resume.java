package ai.flightmind.train.checkpoint;

import java.nio.file.Path;

/** What a run begins from. */
public sealed interface Resume {
    /** New weights. A directory that already holds checkpoints is refused, lest they be written over. */
    static Resume never() {
        return new Never();
    }

    /**
     * The newest sound checkpoint of the run's directory; damaged ones are passed over with a warning. Starts anew where
     * there is none at all.
     */
    static Resume latest() {
        return new Latest();
    }

    /** This checkpoint, of ours or of the Python original. */
    static Resume from(Path file) {
        return new From(file);
    }

    /** See {@link #never()}. */
    record Never() implements Resume {}

    /** See {@link #latest()}. */
    record Latest() implements Resume {}

    /**
     * See {@link #from(Path)}.
     *
     * @param file a {@code .pt}
     */
    record From(Path file) implements Resume {}
}

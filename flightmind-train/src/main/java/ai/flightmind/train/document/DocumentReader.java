package ai.flightmind.train.document;

import ai.flightmind.train.error.DataException;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The documents of a part, one after another. Not thread-safe. */
interface DocumentReader {
    /**
     * The next one; null at the end.
     *
     * @throws DataException if it cannot be read
     * @throws BadTextException if this one is no document; the next call goes on behind it
     */
    @Nullable
    String next() throws IOException, BadTextException;

    /** Passes over so many, bad ones counted, as if they had been read. */
    void skip(long documents) throws IOException;
}

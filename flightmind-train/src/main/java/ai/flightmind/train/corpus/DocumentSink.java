package ai.flightmind.train.corpus;

/** Takes documents piece by piece, in the order of the corpus. Most come in one; one of more than 256 KiB does not. */
public interface DocumentSink {
    /**
     * Takes a piece of a document.
     *
     * @param first whether the document begins with it
     * @param last whether the document ends with it
     */
    void accept(String piece, boolean first, boolean last);

    /**
     * Takes notice that a document is none, some pieces of which may have been taken.
     *
     * @param first whether it began in this slice
     * @param last whether it ends in this slice
     */
    default void abandon(boolean first, boolean last) {}
}

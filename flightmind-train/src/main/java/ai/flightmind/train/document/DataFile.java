package ai.flightmind.train.document;

import ai.flightmind.train.error.DataException;

/** A file that is read by ranges, wherever it lies. Thread-safe. */
interface DataFile {
    /** Its path or address, for people; equal for the same file. */
    String name();

    /**
     * Its size in bytes.
     *
     * @throws DataException if it cannot be reached
     */
    long length();

    /**
     * Some of its bytes, all of them or an exception.
     *
     * @param length so many, none of them beyond the end
     * @throws DataException if they cannot be read, however often it was tried
     */
    byte[] read(long from, int length);
}

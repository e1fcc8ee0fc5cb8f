package ai.flightmind.train.corpus;

/**
 * The documents, or pieces of one, that begin within these bytes of a file.
 *
 * @param to the byte after them; the file's size, or more, for all that follows
 */
record FileRange(CorpusFile file, long from, long to) {
    long bytes() {
        return Math.min(to, file.bytes()) - from;
    }

    boolean isBegin() {
        return from == 0;
    }

    boolean isEnd() {
        return to >= file.bytes();
    }

    /** Equal only for the same bytes of a file that has not changed. */
    String describe() {
        return file.path().toAbsolutePath().normalize() + " " + file + " " + from + "-" + to;
    }
}

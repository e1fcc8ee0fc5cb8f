package ai.flightmind.vast.ssh.file;

/** Told often, on a thread of the session; be quick. */
@FunctionalInterface
public interface TransferProgress {
    TransferProgress NONE = (done, total) -> {};

    /**
     * Some more has arrived.
     *
     * @param doneBytes in place so far, with what an earlier attempt left; compressed, for a tree. Less than before if it had
     *     to start over
     * @param totalBytes −1 if not known, as for a compressed tree
     */
    void at(long doneBytes, long totalBytes);
}

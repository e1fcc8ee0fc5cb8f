package ai.flightmind.vast.run;

import java.nio.file.Path;
import java.time.Instant;

/** Where the run's files are safe when the machine is lost. */
interface Home {
    /** For people. */
    String name();

    /**
     * Brings a file of the machine home, verified, under its name.
     *
     * @param remote its path there
     * @throws ai.flightmind.vast.error.VastException if that fails; what was there under the name still is
     */
    SafeFile bring(Machine machine, String remote, String name, Instant modified);

    /** Puts a file back onto a machine, verified. */
    void restore(Machine machine, SafeFile file, String remote);

    /** Puts a file into a folder of this machine, verified. */
    SafeFile fetch(SafeFile file, Path folder);

    /** Deletes a file that newer ones replace. */
    void forget(SafeFile file);

    /** Whether the file still is what was put there. */
    boolean has(SafeFile file);
}

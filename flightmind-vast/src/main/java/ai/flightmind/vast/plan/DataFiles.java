package ai.flightmind.vast.plan;

import java.nio.file.Path;

/**
 * Something that goes up with the run.
 *
 * @param local a directory, or one file
 * @param remote where the program finds it, relative to its working directory
 */
public record DataFiles(Path local, String remote) {
    public DataFiles {
        local = local.toAbsolutePath().normalize();
        if (remote.isBlank()
                || remote.startsWith("/")
                || Path.of(remote).normalize().startsWith("..")) {
            throw new IllegalArgumentException("Data lies below the working directory, not at '" + remote + "'");
        }
    }

    /** In the same place as here if that is below the working directory, as {@code data/tokenized}; else in {@code data/}. */
    static DataFiles of(Path local) {
        Path normal = local.normalize();
        boolean below = !normal.isAbsolute()
                && !normal.startsWith("..")
                && !normal.toString().isEmpty();
        String name = below
                ? normal.toString().replace('\\', '/')
                : "data/" + normal.toAbsolutePath().getFileName();
        return new DataFiles(local, name);
    }
}

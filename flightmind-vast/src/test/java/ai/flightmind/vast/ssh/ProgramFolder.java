package ai.flightmind.vast.ssh;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/** A folder for PATH with this machine's programs, but for some, and with others in their place. */
public final class ProgramFolder {
    private final Path folder;

    private ProgramFolder(Path folder) {
        this.folder = folder;
    }

    /** Links to what is in {@code /usr/bin} and {@code /bin}. */
    public static ProgramFolder allBut(Path folder, String... missing) throws IOException {
        Files.createDirectories(folder);
        for (String source : List.of("/usr/bin", "/bin")) {
            try (DirectoryStream<Path> programs = Files.newDirectoryStream(Path.of(source))) {
                for (Path program : programs) {
                    Path link = folder.resolve(program.getFileName());
                    if (!List.of(missing).contains(program.getFileName().toString())
                            && !Files.exists(link)
                            && Files.isExecutable(program)) {
                        Files.createSymbolicLink(link, program);
                    }
                }
            }
        }
        return new ProgramFolder(folder);
    }

    public Path folder() {
        return folder;
    }

    /** A shell script of that name. */
    public void script(String name, String... lines) throws IOException {
        Path file = folder.resolve(name);
        Files.deleteIfExists(file);
        Files.writeString(file, "#!/bin/sh\n" + String.join("\n", lines) + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}

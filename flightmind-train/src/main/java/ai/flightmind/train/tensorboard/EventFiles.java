package ai.flightmind.train.tensorboard;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Our event files in one directory, which TensorBoard shows as one run. Files of other programs are left alone. */
final class EventFiles {
    private static final String PREFIX = "events.out.tfevents.";
    private static final String OURS = ".flightmind";

    private final Path directory;
    private final InstantSource clock;

    EventFiles(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
    }

    /**
     * A new file behind the others. Readers take files in the order of their names, so that its second comes after all of
     * theirs; W&B follows only files with the machine's name behind it.
     */
    Path next() throws IOException {
        long second = clock.instant().getEpochSecond();
        for (Path file : ours()) {
            String name = file.getFileName().toString().substring(PREFIX.length());
            second = Math.max(second, 1 + Long.parseLong(name.substring(0, name.indexOf('.'))));
        }
        return directory.resolve(String.format(
                Locale.ROOT,
                "%s%010d.%s.%d%s",
                PREFIX,
                second,
                hostName(),
                ProcessHandle.current().pid(),
                OURS));
    }

    private static String hostName() throws IOException {
        Path kernels = Path.of("/proc/sys/kernel/hostname");
        String name = Files.isReadable(kernels) ? Files.readString(kernels).strip() : System.getenv("COMPUTERNAME");
        return name == null || !name.matches("[A-Za-z0-9._-]+") ? "localhost" : name;
    }

    /** Takes out the events of this step and later ones, and files of which nothing is left. */
    void keepBefore(long step) throws IOException {
        for (Path file : ours()) {
            keepBefore(step, file);
        }
    }

    private static void keepBefore(long step, Path file) throws IOException {
        Path kept = file.resolveSibling("kept.tmp");
        long events = 0;
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)));
                FileOutputStream sink = new FileOutputStream(kept.toFile());
                BufferedOutputStream out = new BufferedOutputStream(sink)) {
            for (byte[] event = TfRecord.read(in); event != null; event = TfRecord.read(in)) {
                if (Events.stepOf(event) < step) {
                    out.write(TfRecord.frame(event));
                    events++;
                }
            }
            out.flush();
            sink.getFD().sync();
        }
        boolean onlyItsVersion = events <= 1;
        if (onlyItsVersion) {
            Files.delete(kept);
            Files.delete(file);
        } else if (Files.size(kept) == Files.size(file)) {
            Files.delete(kept);
        } else {
            Files.move(kept, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private List<Path> ours() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName()
                            .toString()
                            .matches(PREFIX.replace(".", "\\.") + "\\d{1,18}\\..*\\.flightmind"))
                    .sorted()
                    .toList();
        }
    }
}

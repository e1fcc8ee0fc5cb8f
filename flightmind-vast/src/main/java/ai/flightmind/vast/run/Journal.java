package ai.flightmind.vast.run;

import ai.flightmind.vast.json.Json;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a run has done, one JSON line after another, on disk before the next thing happens. Whoever goes on with the run
 * reads it. One program at a time has it open. Thread-safe.
 */
final class Journal implements AutoCloseable {
    private static final String SUFFIX = ".jsonl";

    private final String id;
    private final Path file;
    private final FileChannel lockFile;
    private final List<String> lines = new ArrayList<>();

    private Journal(String id, Path file, FileChannel lockFile) {
        this.id = id;
        this.file = file;
        this.lockFile = lockFile;
    }

    /**
     * Opens the journal, empty if there is none.
     *
     * @throws IllegalStateException if another program has it open
     */
    static Journal open(Path folder, String id) {
        Path file = folder.resolve(id + SUFFIX);
        try {
            Files.createDirectories(folder);
            FileChannel lockFile =
                    FileChannel.open(folder.resolve(id + ".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                lock(lockFile, id);
                Journal journal = new Journal(id, file, lockFile);
                if (Files.exists(file)) {
                    journal.replay();
                }
                return journal;
            } catch (IOException | RuntimeException e) {
                lockFile.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The journal of run " + id + " cannot be opened: " + file + ".", e);
        }
    }

    static boolean exists(Path folder, String id) {
        return Files.exists(folder.resolve(id + SUFFIX));
    }

    /** Those that have a journal there. */
    static List<String> ids(Path folder) {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(SUFFIX))
                    .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("The journals in " + folder + " cannot be read.", e);
        }
    }

    private static void lock(FileChannel lockFile, String id) throws IOException {
        FileLock lock;
        try {
            lock = lockFile.tryLock();
        } catch (OverlappingFileLockException sameProgram) {
            lock = null;
        }
        if (lock == null) {
            throw new IllegalStateException("Run " + id + " is being looked after by another program or run object."
                    + " Detach it there, or end that program.");
        }
    }

    String id() {
        return id;
    }

    /** A line that a dying program left unfinished is not one. */
    private void replay() throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        String text = new String(bytes, StandardCharsets.UTF_8);
        int whole = text.lastIndexOf('\n') + 1;
        text.substring(0, whole).lines().forEach(lines::add);
        int wholeBytes = text.substring(0, whole).getBytes(StandardCharsets.UTF_8).length;
        if (wholeBytes < bytes.length) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.truncate(wholeBytes);
            }
        }
    }

    synchronized List<Map<?, ?>> entries() {
        List<Map<?, ?>> entries = new ArrayList<>();
        for (String line : lines) {
            if (Json.read(line) instanceof Map<?, ?> entry) {
                entries.add(entry);
            }
        }
        return entries;
    }

    /** Returns when it is on disk. */
    synchronized void write(Map<String, @Nullable Object> entry) {
        append(Json.write(entry));
    }

    /** All of it, as another journal may take it over. */
    synchronized String text() {
        return lines.isEmpty() ? "" : String.join("\n", lines) + "\n";
    }

    /** Takes over what another program wrote, into an empty journal. */
    synchronized void adopt(String text) {
        if (!lines.isEmpty()) {
            throw new IllegalStateException("The journal of run " + id + " is not empty");
        }
        text.lines().filter(line -> !line.isBlank()).forEach(this::append);
    }

    private void append(String line) {
        // Not by a channel, which an interrupt of the writing thread, a request to stop, would close.
        boolean atEnd = true;
        try (FileOutputStream out = new FileOutputStream(file.toFile(), atEnd)) {
            out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            out.getFD().sync();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The journal " + file + " cannot be written; without it nothing more is rented.", e);
        }
        lines.add(line);
    }

    @Override
    public void close() {
        try {
            lockFile.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

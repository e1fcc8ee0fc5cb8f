package ai.flightmind.train.checkpoint;

import ai.flightmind.model.error.PtFormatException;
import ai.flightmind.model.file.DirectoryLock;
import ai.flightmind.model.file.WholeFile;
import ai.flightmind.model.pt.PtReader;
import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.error.CheckpointException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bytedeco.pytorch.Tensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory of one run's checkpoints. A file is written beside under another name, confirmed by the disk, and then
 * renamed: at every moment, also under kill -9, each name holds a whole file or none. One process at a time owns the
 * directory. Not thread-safe.
 */
public final class CheckpointStore implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(CheckpointStore.class);
    private static final Pattern STEP_FILE = Pattern.compile("step_(\\d{1,18})\\.pt");
    private static final Pattern OUR_FILE = Pattern.compile(STEP_FILE + "|best\\.pt|final\\.pt");
    private static final String PARTIAL = ".partial";
    private static final int MAX_ATTEMPTS = 10;
    private static final String BEST = "best";
    private static final String FINAL = "final";

    private final Checkpoints policy;
    private final DirectoryLock lock;

    private CheckpointStore(Checkpoints policy, DirectoryLock lock) {
        this.policy = policy;
        this.lock = lock;
    }

    /**
     * Makes the directory where it is missing, takes it, and removes what a killed process left half written.
     *
     * @throws CheckpointException if it cannot be made or written, or another run is using it
     */
    public static CheckpointStore open(Checkpoints policy) {
        DirectoryLock lock = lock(policy.directory());
        CheckpointStore store = new CheckpointStore(policy, lock);
        try {
            for (Path leftover : store.files(name -> name.endsWith(PARTIAL))) {
                Files.delete(leftover);
            }
            return store;
        } catch (IOException e) {
            lock.close();
            throw new CheckpointException(
                    "What an earlier process left half written in " + policy.directory() + " cannot be removed: "
                            + e.getMessage(),
                    e);
        }
    }

    private static DirectoryLock lock(Path directory) {
        try {
            return DirectoryLock.tryAcquire(directory)
                    .orElseThrow(() -> new CheckpointException("Another run is writing checkpoints to " + directory
                            + ". Wait for it to end, or use another directory."));
        } catch (IOException e) {
            throw new CheckpointException(
                    "The checkpoint directory " + directory + " cannot be used: " + e.getMessage()
                            + ". Make sure that it is a directory that this user may write to.",
                    e);
        }
    }

    /** The file of a step's checkpoint. */
    public Path stepFile(long step) {
        return file("step_" + step);
    }

    /** The file of the model after the last step. */
    public Path finalFile() {
        return file(FINAL);
    }

    /** Writes {@code step_N.pt} of the state's last step, then removes the oldest beyond the number to keep. */
    public CheckpointWritten writeStep(Snapshot snapshot) {
        CheckpointWritten written = write("step_" + snapshot.step(), snapshot);
        removeOldest(snapshot.step());
        return written;
    }

    /** Writes {@code best.pt}. */
    public CheckpointWritten writeBest(Snapshot snapshot) {
        return write(BEST, snapshot);
    }

    /** Writes {@code final.pt}. */
    public CheckpointWritten writeFinal(Snapshot snapshot) {
        return write(FINAL, snapshot);
    }

    /**
     * An interrupt of the thread closes the channel that it writes to. It is a request to stop, and what a stop needs
     * most is its checkpoint: the flag is taken down meanwhile and set again.
     */
    private CheckpointWritten write(String name, Snapshot snapshot) {
        FiniteNumbers.require(snapshot);
        boolean interrupted = Thread.interrupted();
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    return writeOnce(name, snapshot);
                } catch (CheckpointException e) {
                    boolean cutOff = Thread.interrupted();
                    interrupted |= cutOff;
                    if (!cutOff || attempt == MAX_ATTEMPTS) {
                        throw e;
                    }
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private CheckpointWritten writeOnce(String name, Snapshot snapshot) {
        long begin = System.nanoTime();
        Path file = file(name);
        Path partial = file.resolveSibling(file.getFileName() + PARTIAL);
        try {
            CheckpointWriter.write(partial, name, snapshot);
            Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            WholeFile.syncDirectory(policy.directory());
            Duration duration = Duration.ofNanos(System.nanoTime() - begin);
            return new CheckpointWritten(file, snapshot.step(), Files.size(file), duration);
        } catch (IOException | UncheckedIOException e) {
            CheckpointException failure = new CheckpointException(
                    "The checkpoint of step " + snapshot.step() + " could not be written to " + file + ": "
                            + e.getMessage() + ". Earlier checkpoints are as they were. Make sure that"
                            + " the directory is there and has space (a checkpoint takes about "
                            + ((12 * trainedCount(snapshot)) >> 20)
                            + " MiB; keepLast keeps fewer).",
                    e);
            try {
                Files.deleteIfExists(partial);
            } catch (IOException alsoFailed) {
                failure.addSuppressed(alsoFailed);
            }
            throw failure;
        }
    }

    /** Of its numbers a third are weights, the others their moments. */
    private static long trainedCount(Snapshot snapshot) {
        return snapshot.numbers().values().stream().mapToLong(Tensor::numel).sum() / 3;
    }

    /**
     * Files of later steps are not this run's: it went on from an older checkpoint, or began anew. They neither count
     * nor go, or they would push out what has just been written.
     */
    private void removeOldest(long lastStep) {
        if (policy.keepLast() == 0) {
            return;
        }
        List<Path> newestFirst = stepFilesUpTo(lastStep);
        for (Path old : newestFirst.subList(Math.min(policy.keepLast(), newestFirst.size()), newestFirst.size())) {
            try {
                Files.deleteIfExists(old);
            } catch (IOException e) {
                log.warn("The old checkpoint {} could not be removed: {}", old, e.getMessage());
            }
        }
    }

    /**
     * Keeps a new run from writing over an earlier one.
     *
     * @throws CheckpointException if the directory holds checkpoints
     */
    public void requireNoCheckpoints() {
        List<Path> earlier = checkpoints();
        if (!earlier.isEmpty()) {
            throw new CheckpointException(policy.directory() + " already holds checkpoints of an earlier run, such as "
                    + earlier.get(0).getFileName()
                    + ", which a new run would write over. Resume from the latest to go on"
                    + " with that run (--resume latest), or use another directory.");
        }
    }

    /**
     * The newest checkpoint whose every byte is as it was written; damaged ones are passed over with a warning.
     *
     * @return empty if there is no checkpoint at all
     * @throws CheckpointException if there are checkpoints, but none is sound
     */
    public Optional<Path> newestSound() {
        return newestSound(checkpoints());
    }

    /**
     * The newest sound checkpoint among those written since an instant. For a launcher's restart of a run that began from
     * a certain file: later steps may lie here that are another run's.
     *
     * @return empty if there is none
     */
    public Optional<Path> newestSoundSince(Instant begin) {
        return newestSound(checkpoints().stream()
                .filter(file -> !lastModified(file).isBefore(begin))
                .toList());
    }

    private static Instant lastModified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toInstant();
        } catch (IOException e) {
            throw new CheckpointException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private Optional<Path> newestSound(List<Path> files) {
        List<Candidate> candidates = new ArrayList<>();
        List<Path> damaged = new ArrayList<>();
        for (Path file : files) {
            try (PtReader reader = PtReader.open(file)) {
                candidates.add(
                        new Candidate(file, Fields.root(file, reader.root()).integer("step")));
            } catch (PtFormatException | CheckpointException | UncheckedIOException e) {
                passOver(damaged, file, e);
            }
        }
        // Of files of one step the last one written is as good as any; by name, so that the choice is always the same.
        candidates.sort(Comparator.comparingLong(Candidate::step)
                .thenComparing(c -> c.file().toString())
                .reversed());
        for (Candidate candidate : candidates) {
            try (PtReader reader = PtReader.open(candidate.file())) {
                reader.verify();
                return Optional.of(candidate.file());
            } catch (PtFormatException | UncheckedIOException e) {
                passOver(damaged, candidate.file(), e);
            }
        }
        if (!damaged.isEmpty()) {
            throw new CheckpointException("No checkpoint in " + policy.directory() + " is sound; damaged: " + damaged
                    + ". Bring a copy from a backup, or move them away to begin anew.");
        }
        return Optional.empty();
    }

    private static void passOver(List<Path> damaged, Path file, RuntimeException why) {
        log.warn("Passing over a damaged checkpoint. {}", why.getMessage());
        damaged.add(file);
    }

    private record Candidate(Path file, long step) {}

    private List<Path> stepFilesUpTo(long lastStep) {
        return files(name -> STEP_FILE.matcher(name).matches()).stream()
                .filter(file -> stepOf(file) <= lastStep)
                .sorted(Comparator.comparingLong(CheckpointStore::stepOf).reversed())
                .toList();
    }

    private static long stepOf(Path file) {
        Matcher matcher = STEP_FILE.matcher(file.getFileName().toString());
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    private List<Path> checkpoints() {
        return files(name -> OUR_FILE.matcher(name).matches());
    }

    private List<Path> files(Predicate<String> byName) {
        try (Stream<Path> all = Files.list(policy.directory())) {
            return all.filter(file -> byName.test(file.getFileName().toString()))
                    .toList();
        } catch (IOException e) {
            throw new CheckpointException(policy.directory() + " cannot be listed: " + e.getMessage(), e);
        }
    }

    private Path file(String name) {
        return policy.directory().resolve(name + ".pt");
    }

    /** Gives the directory back. */
    @Override
    public void close() {
        lock.close();
    }
}

package ai.flightmind.vast.run;

import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.ssh.Shell;
import ai.flightmind.vast.watch.CheckpointFile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Which checkpoints are brought home, which are kept there, and from which the run goes on. */
final class Checkpointing {
    /** The newest, and the one before it in case that is bad. */
    private static final int KEPT = 2;

    static final String METRICS = "metrics.jsonl";

    /** What the trainer appends to; the next machine's goes on in them. */
    private static final List<String> RECORDS = List.of(METRICS, "run.jsonl");

    /** Event files; those of each machine have names of their own. */
    private static final String TENSORBOARD = "tensorboard";

    private final RunContext run;
    private final Home home;

    private final Home results;

    /** @param home where checkpoints are brought as they are made: the results, or a bucket */
    Checkpointing(RunContext run, Home home, Home results) {
        this.run = run;
        this.home = home;
        this.results = results;
    }

    String folder() {
        return Machine.WORK + "/" + run.plan().checkpointFolder();
    }

    /** Of those on the machine: the newest step's, the best and the final one, unless they are home already. */
    List<CheckpointFile> wanted(Machine machine, List<CheckpointFile> there) {
        List<CheckpointFile> wanted = new ArrayList<>(best(there));
        wanted.removeIf(file -> isHome(machine, file));
        return wanted;
    }

    /** The best first: who goes on from the newest believes that the best is safe. */
    private static List<CheckpointFile> best(List<CheckpointFile> there) {
        List<CheckpointFile> wanted = new ArrayList<>();
        there.stream().filter(CheckpointFile::isBest).forEach(wanted::add);
        there.stream()
                .filter(file -> file.step().isPresent())
                .max(Comparator.comparingLong(file -> file.step().orElse(-1)))
                .ifPresent(wanted::add);
        there.stream().filter(CheckpointFile::isFinal).forEach(wanted::add);
        return wanted;
    }

    private boolean isHome(Machine machine, CheckpointFile file) {
        return run.history()
                .safe(file.name())
                .filter(safe -> safe.sizeBytes() == file.sizeBytes()
                        && safe.modified().equals(file.modified())
                        && safe.instanceId() == machine.id())
                .isPresent();
    }

    /**
     * Brings one home.
     *
     * @throws VastException if that fails
     */
    void bring(Machine machine, CheckpointFile file) {
        SafeFile safe = home.bring(machine, folder() + "/" + file.name(), file.name(), file.modified());
        // After it, so that the metrics hold every step that the checkpoint has.
        bringRecords(machine);
        run.history().safe(run.now(), safe);
        run.tell(new RunEvent.CheckpointSafe(safe.name(), safe.sizeBytes(), home.name()));
        prune();
    }

    void bringRecords(Machine machine) {
        bringRecords(machine, home);
    }

    /** A copy of them, where the disk has room for it: what a fast trainer appends to is never the same on both sides. */
    private void bringRecords(Machine machine, Home to) {
        machine.run("for name in " + String.join(" ", RECORDS) + "; do [ ! -f " + Shell.path(folder())
                        + "/$name ] || { cp " + Shell.path(folder())
                        + "/$name " + Machine.ROOT + "/$name 2>/dev/null && echo " + Shell.quote(Machine.ROOT)
                        + "/$name || echo " + Shell.quote(folder()) + "/$name; }; done")
                .lines()
                .forEach(remote -> {
                    String name = remote.substring(remote.lastIndexOf('/') + 1);
                    run.history().safe(run.now(), to.bring(machine, remote, name, run.now()));
                });
    }

    private void bringEventFiles(Machine machine) {
        String remote = folder() + "/" + TENSORBOARD;
        if (machine.run("[ ! -d " + Shell.path(remote) + " ] || echo yes")
                .strip()
                .equals("yes")) {
            machine.files().downloadTree(remote, run.plan().results().resolve(TENSORBOARD));
        }
    }

    /** What the next machine would go on from. */
    Optional<SafeFile> newest() {
        return newestFirst().filter(file -> homeOf(file).has(file)).findFirst();
    }

    /** The newest step that was brought home, as it was then: whoever only compares need not read it all again. */
    long newestStep() {
        return newestFirst()
                .findFirst()
                .map(file -> step(file.name()).orElse(0))
                .orElse(0L);
    }

    private Stream<SafeFile> newestFirst() {
        return run.history().safe().stream()
                .filter(file -> step(file.name()).isPresent())
                .sorted(Comparator.comparingLong(
                                (SafeFile file) -> step(file.name()).orElse(-1))
                        .reversed());
    }

    /** The first step that a machine with nothing but what is home would do. */
    long nextStep() {
        return newest().map(file -> step(file.name()).orElse(0)).orElse(0L);
    }

    /** Puts the newest one and its records onto a machine that has none as new. */
    @Nullable
    SafeFile restore(Machine machine, List<CheckpointFile> there) {
        Optional<SafeFile> newest = newest();
        boolean newer = newest.isPresent()
                && there.stream()
                        .noneMatch(file -> file.isFinal()
                                || file.step().orElse(-1)
                                        >= step(newest.get().name()).orElse(-1));
        if (newest.isEmpty() || !newer) {
            return null;
        }
        machine.run("mkdir -p " + folder());
        for (String name : RECORDS) {
            run.history()
                    .safe(name)
                    .filter(file -> homeOf(file).has(file))
                    .ifPresent(file -> homeOf(file).restore(machine, file, folder() + "/" + name));
        }
        homeOf(newest.get())
                .restore(machine, newest.get(), folder() + "/" + newest.get().name());
        return newest.get();
    }

    /** At the end: the best, the final and the newest are in the results, wherever they have been brought before. */
    List<String> collect(Machine machine, List<CheckpointFile> there) {
        List<SafeFile> brought = new ArrayList<>();
        for (CheckpointFile file : best(there)) {
            brought.add(results.bring(machine, folder() + "/" + file.name(), file.name(), file.modified()));
        }
        // Told only after it, as above: a machine lost in between is gone on from an older one, whose steps are all
        // there.
        bringRecords(machine, results);
        List<String> names = new ArrayList<>();
        for (SafeFile safe : brought) {
            run.history().safe(run.now(), safe);
            names.add(safe.name());
        }
        names.addAll(fetchBest(names));
        bringEventFiles(machine);
        prune();
        return names;
    }

    /** Made on an earlier machine, and never bettered: the last one does not have it. */
    private List<String> fetchBest(List<String> there) {
        List<String> names = new ArrayList<>();
        for (SafeFile file : run.history().safe()) {
            if (file.where().equals(SafeFile.BUCKET) && file.isBest() && !there.contains(file.name())) {
                try {
                    run.history().safe(run.now(), home.fetch(file, run.plan().results()));
                    names.add(file.name());
                } catch (BucketException e) {
                    run.warn(file.name() + " stays in " + home.name() + ": " + e.getMessage());
                }
            }
        }
        return names;
    }

    private void prune() {
        newestFirst().skip(KEPT).forEach(file -> {
            run.history().forgotten(run.now(), file.name());
            homeOf(file).forget(file);
        });
    }

    private Home homeOf(SafeFile file) {
        return file.where().equals(SafeFile.RESULTS) ? results : home;
    }

    private static OptionalLong step(String name) {
        return CheckpointFile.stepOf(name);
    }
}

package ai.flightmind.vast.run;

import ai.flightmind.vast.job.DetachedJob;
import ai.flightmind.vast.job.JobState;
import ai.flightmind.vast.plan.DataFiles;
import ai.flightmind.vast.provision.ClassPath;
import ai.flightmind.vast.provision.Provisioned;
import ai.flightmind.vast.provision.Provisioner;
import ai.flightmind.vast.provision.Tools;
import ai.flightmind.vast.ssh.Shell;
import ai.flightmind.vast.ssh.file.Sha256;
import ai.flightmind.vast.ssh.file.TransferReport;
import ai.flightmind.vast.watch.Watchdog;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Steps 4 and 5 of the guide. What is there already, from an earlier try or program, is not sent again. */
final class Preparing {
    private final RunContext run;

    Preparing(RunContext run) {
        this.run = run;
    }

    /** So that another program, on another machine, can go on with the run. */
    void leaveJournal(Machine machine, Journal journal) {
        machine.write(Machine.JOURNAL, journal.text());
    }

    /** Guards the money when nobody is here. It runs until the machine is destroyed. */
    JobState startWatchdog(Machine machine, DetachedJob job) {
        Watchdog watchdog = Watchdog.builder()
                .folder(Machine.WATCHDOG)
                .job(job)
                .stopGrace(run.plan().patience().stopGrace())
                .endBy(Instant.now().plus(Guard.wallTimeLeft(run)))
                .uncollectedFor(
                        run.cloud().time().byWallClock(run.plan().patience().boot()))
                .address(run.cloud().address())
                .build();
        Tools.install(machine.ssh(), "curl")
                .ifPresent(why -> run.warn("There is no curl on instance " + machine.id()
                        + ", so its watchdog stops the program, but not the instance: " + why));
        // Left by an earlier program, another end would stop the machine at once.
        machine.run("mkdir -p " + Machine.WATCHDOG + " && " + signOfLife(run));
        return JobState.parse(machine.run(watchdog.job().startScript()));
    }

    /** For the watchdog: that somebody is here, and how long the money lasts. */
    static String signOfLife(RunContext run) {
        long seconds = Guard.wallTimeLeft(run).toSeconds();
        return "now=$(date +%s); echo \"$now\" > " + Machine.WATCHDOG + "/alive; echo $(( now + " + Math.max(1, seconds)
                + " )) > " + Machine.WATCHDOG + "/end-by\n";
    }

    /** Null for a command of the machine's own. */
    @Nullable
    Provisioned install(Machine machine) {
        if (!run.plan().program().isJava()) {
            return null;
        }
        List<Path> given = run.plan().classPath();
        Provisioner.Builder provisioner = Provisioner.builder()
                .classPath(given.isEmpty() ? ClassPath.ofThisJvm() : ClassPath.of(given))
                .natives(run.plan().natives());
        run.plan().backup().ifPresent(provisioner::bucket);
        return provisioner
                .build()
                .install(
                        machine.ssh(),
                        Machine.ROOT,
                        line -> run.tell(new RunEvent.Progress(GuideStep.INSTALL, false, line)));
    }

    /** How much was sent, for people. */
    String upload(Machine machine) {
        long sent = 0;
        int index = 0;
        for (DataFiles files : run.plan().data()) {
            sent += upload(machine, files, index++);
        }
        return String.format(Locale.ROOT, "%.1f MB of data sent", sent / 1e6);
    }

    private long upload(Machine machine, DataFiles files, int index) {
        String remote = Machine.WORK + "/" + files.remote();
        if (Files.isRegularFile(files.local())) {
            return machine.files().upload(files.local(), remote).sentBytes();
        }
        String mark = Machine.ROOT + "/data-" + index + ".there";
        String listing = listing(files.local());
        if (machine.run("cat " + mark + " 2>/dev/null || :").strip().equals(listing)) {
            return 0;
        }
        TransferReport report =
                machine.files().uploadTree(files.local(), remote, TransferEvents.of(run, "Upload " + files.local()));
        report.skipped().forEach(what -> run.warn("Not sent: " + what));
        machine.write(mark, listing);
        return report.sentBytes();
    }

    /** Links, so that the dry run reads the same data from a folder of its own. */
    void linkData(Machine machine) {
        StringBuilder script = new StringBuilder(
                "rm -rf " + Machine.DRY + " " + Machine.DRY_JOB + "; mkdir -p " + Machine.DRY + " || exit 1\n");
        for (DataFiles files : run.plan().data()) {
            String link = Shell.path(Machine.DRY + "/" + files.remote());
            script.append("mkdir -p \"$(dirname ")
                    .append(link)
                    .append(")\" && ln -sfn \"$(cd ")
                    .append(Shell.path(Machine.WORK))
                    .append(" && pwd)\"/")
                    .append(Shell.quote(files.remote()))
                    .append(' ')
                    .append(link)
                    .append(" || exit 1\n");
        }
        machine.run(script.toString());
    }

    /** Names, sizes and times of all files, in one hash: cheap to compare, for gigabytes. */
    private static String listing(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            StringBuilder text = new StringBuilder();
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                text.append(folder.relativize(file))
                        .append(' ')
                        .append(Files.size(file))
                        .append(' ')
                        .append(Files.getLastModifiedTime(file).toMillis())
                        .append('\n');
            }
            byte[] hash = Sha256.start().digest(text.toString().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(hash);
        } catch (IOException e) {
            throw new UncheckedIOException("The data in " + folder + " cannot be read.", e);
        }
    }
}

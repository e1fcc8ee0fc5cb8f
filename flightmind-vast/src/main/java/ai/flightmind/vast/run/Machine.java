package ai.flightmind.vast.run;

import ai.flightmind.vast.job.DetachedJob;
import ai.flightmind.vast.ssh.RemoteCommand;
import ai.flightmind.vast.ssh.Shell;
import ai.flightmind.vast.ssh.SshSession;
import ai.flightmind.vast.ssh.file.RemoteFiles;
import ai.flightmind.vast.watch.Pulse;
import java.time.Duration;

/** A rented machine that answers over SSH. Closing hangs up; the machine goes on, and bills. Thread-safe. */
final class Machine implements AutoCloseable {
    /** Everything of ours there is below it. */
    static final String ROOT = "~/flightmind";

    static final String WORK = ROOT + "/work";
    static final String DRY = ROOT + "/dry";
    static final String DRY_JOB = ROOT + "/dry-job";
    static final String JOB = ROOT + "/job";
    static final String WATCHDOG = ROOT + "/watchdog";
    static final String OWNER = ROOT + "/owner";
    static final String JOURNAL = ROOT + "/journal.jsonl";

    /** Longer than any of our scripts takes, so that one that hangs ends. */
    private static final Duration SCRIPT = Duration.ofMinutes(2);

    private final RentalRecord rental;
    private final SshSession ssh;
    private final RemoteFiles files;

    Machine(RentalRecord rental, SshSession ssh) {
        this.rental = rental;
        this.ssh = ssh;
        this.files = new RemoteFiles(ssh);
    }

    long id() {
        return rental.instanceId();
    }

    RentalRecord rental() {
        return rental;
    }

    SshSession ssh() {
        return ssh;
    }

    RemoteFiles files() {
        return files;
    }

    /** Runs a script of ours and gives what it printed. */
    String run(String script) {
        return run(script, SCRIPT);
    }

    String run(String script, Duration timeout) {
        return ssh.run(RemoteCommand.builder(script).timeout(timeout).build())
                .orThrow()
                .stdout();
    }

    /** How it and a job of it are, and which checkpoints it has. */
    Pulse pulse(DetachedJob job, String checkpoints) {
        return Pulse.parse(run(Pulse.script(job, WORK, checkpoints, OWNER)));
    }

    /** A small text, put in place whole. */
    void write(String remote, String text) {
        String path = Shell.path(remote);
        String part = Shell.path(remote + ".part");
        ssh.run(RemoteCommand.builder("cat > " + part + " && mv -f " + part + " " + path)
                        .stdin(text)
                        .timeout(SCRIPT)
                        .build())
                .orThrow();
    }

    /** Takes up to the grace, and a little. */
    String stop(DetachedJob job, Duration grace) {
        return run(job.stopScript(grace), grace.plus(SCRIPT));
    }

    @Override
    public void close() {
        ssh.close();
    }
}

package ai.flightmind.vast.run;

import ai.flightmind.vast.ssh.Leaks;

/** Fails a test that leaves threads of runs, of their lines or of their buckets behind. */
final class RunLeaks extends Leaks {
    RunLeaks() {
        super("(run-|ssh-|sshj-|bucket-).*");
    }
}

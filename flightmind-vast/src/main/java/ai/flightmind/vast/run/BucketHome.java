package ai.flightmind.vast.run;

import ai.flightmind.vast.bucket.Bucket;
import ai.flightmind.vast.bucket.Transfer;
import ai.flightmind.vast.bucket.store.PresignedUpload;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.ssh.RemoteCommand;
import ai.flightmind.vast.ssh.Shell;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/** A bucket. The machine itself moves the bytes, over its own line, with addresses that expire; no key travels there. */
final class BucketHome implements Home {
    private static final Duration LIFETIME = Duration.ofHours(6);

    private final Bucket bucket;

    BucketHome(Bucket bucket) {
        this.bucket = bucket;
    }

    @Override
    public String name() {
        return bucket.toString();
    }

    @Override
    public SafeFile bring(Machine machine, String remote, String name, Instant modified) {
        // A link holds on to these very bytes although the program may put a newer file in their place meanwhile.
        String held = remote + ".sending";
        String[] facts = machine.run(
                        "ln -f " + Shell.path(remote) + " " + Shell.path(held) + " && wc -c < " + Shell.path(held)
                                + " && { sha256sum " + Shell.path(held) + " || shasum -a 256 " + Shell.path(held)
                                + "; }",
                        LIFETIME)
                .strip()
                .split("\\s+", 3);
        try {
            long size = Long.parseLong(facts[0]);
            String sha256 = facts[1].toLowerCase(Locale.ROOT);
            PresignedUpload upload = bucket.presignUpload(name, size, sha256, LIFETIME);
            boolean done = false;
            try {
                script(machine, "sh -s -- " + Shell.path(held), upload.shellScript());
                done = true;
            } finally {
                if (!done) {
                    bucket.abort(upload);
                }
            }
            return new SafeFile(name, size, sha256, modified, machine.id(), SafeFile.BUCKET);
        } finally {
            dropQuietly(machine, held);
        }
    }

    @Override
    public void restore(Machine machine, SafeFile file, String remote) {
        String part = Shell.path(remote + ".part");
        String fetch = String.join(
                "\n",
                "mkdir -p \"$(dirname " + part + ")\"",
                "curl -fsS --retry 5 --connect-timeout 20 --speed-limit 1 --speed-time 60 -o " + part + " -K -"
                        + " && [ \"$({ sha256sum " + part + " || shasum -a 256 " + part + "; } | cut -c1-64)\" = "
                        + file.sha256() + " ] && mv -f " + part + " " + Shell.path(remote));
        script(
                machine,
                fetch,
                "url = \"" + bucket.presignGet(file.name(), LIFETIME).uri() + "\"\n");
    }

    @Override
    public SafeFile fetch(SafeFile file, Path folder) {
        Transfer done = bucket.download(file.name(), folder.resolve(file.name()), progress -> {});
        return new SafeFile(
                file.name(), done.sizeBytes(), done.sha256(), file.modified(), file.instanceId(), SafeFile.RESULTS);
    }

    @Override
    public void forget(SafeFile file) {
        bucket.delete(file.name());
    }

    @Override
    public boolean has(SafeFile file) {
        return bucket.exists(file.name());
    }

    /** What is secret goes through standard input, where no list of processes shows it. */
    private static void script(Machine machine, String command, String secret) {
        machine.ssh()
                .run(RemoteCommand.builder(command)
                        .stdin(secret)
                        .timeout(LIFETIME)
                        .build())
                .orThrow();
    }

    private static void dropQuietly(Machine machine, String held) {
        try {
            machine.run("rm -f " + Shell.path(held));
        } catch (VastException e) {
            // It goes with the machine; names that end so are not taken for checkpoints.
        }
    }
}

package ai.flightmind.vast.run;

import ai.flightmind.vast.ssh.file.Sha256;
import ai.flightmind.vast.ssh.file.TransferReport;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

/** The results' directory on this machine. */
final class ResultsHome implements Home {
    private final RunContext run;
    private final Path results;

    ResultsHome(RunContext run) {
        this.run = run;
        this.results = run.plan().results();
    }

    @Override
    public String name() {
        return results.toString();
    }

    @Override
    public SafeFile bring(Machine machine, String remote, String name, Instant modified) {
        TransferReport report =
                machine.files().download(remote, results.resolve(name), TransferEvents.of(run, "Download " + name));
        return new SafeFile(name, report.bytes(), report.sha256(), modified, machine.id(), SafeFile.RESULTS);
    }

    @Override
    public void restore(Machine machine, SafeFile file, String remote) {
        machine.files().upload(results.resolve(file.name()), remote, TransferEvents.of(run, "Upload " + file.name()));
    }

    @Override
    public SafeFile fetch(SafeFile file, Path folder) {
        Path to = folder.resolve(file.name());
        try {
            if (!Files.exists(to)) {
                Files.copy(results.resolve(file.name()), to);
            }
            return file;
        } catch (IOException e) {
            throw new UncheckedIOException("A checkpoint cannot be copied to " + to + ".", e);
        }
    }

    @Override
    public void forget(SafeFile file) {
        try {
            Files.deleteIfExists(results.resolve(file.name()));
        } catch (IOException e) {
            throw new UncheckedIOException("An old checkpoint cannot be deleted: " + file.name(), e);
        }
    }

    @Override
    public boolean has(SafeFile file) {
        Path here = results.resolve(file.name());
        try {
            return Files.isRegularFile(here)
                    && Files.size(here) == file.sizeBytes()
                    && Sha256.hexOf(here).equals(file.sha256());
        } catch (IOException e) {
            return false; // what cannot be read cannot be restored
        }
    }
}

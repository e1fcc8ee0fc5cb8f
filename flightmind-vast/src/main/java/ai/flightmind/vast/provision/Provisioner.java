package ai.flightmind.vast.provision;

import ai.flightmind.vast.bucket.Bucket;
import ai.flightmind.vast.ssh.SshSession;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Installs a program, a Java and natives. Each part is skipped where it is there already, and appears under its name only
 * when it is whole, so an installation that was interrupted goes on with the next call. Immutable; one call at a time for
 * each machine.
 */
public final class Provisioner {
    private final Builder settings;

    private Provisioner(Builder settings) {
        this.settings = settings;
    }

    /** Required: {@link Builder#classPath}. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Makes the machine ready.
     *
     * @param folder of the machine, absolute or below {@code ~/}; made where it is missing
     * @param progress told what is being done
     * @throws ai.flightmind.vast.error.ProvisionException if something could be had nowhere; it says what was tried
     * @throws ai.flightmind.vast.error.SshException if the line fails; call again
     */
    public Provisioned install(SshSession ssh, String folder, Consumer<String> progress) {
        ClassPath local = settings.classPath().forLinux(settings.natives);
        List<String> notes = new ArrayList<>(local.leftOut());
        List<String> done = new ArrayList<>();
        Consumer<String> note = what -> {
            done.add(what);
            progress.accept(what);
        };
        int feature = settings.javaFeature == 0 ? local.javaFeature() : settings.javaFeature;
        String java = new JavaRuntime(ssh, folder, feature, settings.javaRuntime, settings.timeout).install(note);
        ProgramFiles.Sent sent = new ProgramFiles(ssh, folder).send(local);
        if (sent.files() > 0) {
            note.accept(String.format(
                    Locale.ROOT,
                    "%d of %d jars sent, %.1f MB",
                    sent.files(),
                    sent.paths().size(),
                    sent.bytes() / 1e6));
        }
        List<String> paths = new ArrayList<>(sent.paths());
        NativeJars jars = new NativeJars(
                ssh, folder, settings.bucket, settings.repository, settings.localRepository, settings.timeout);
        for (MavenArtifact artifact : settings.natives) {
            paths.add(jars.install(artifact, note));
        }
        notes.addAll(done);
        return new Provisioned(java, String.join(":", paths), !done.isEmpty(), notes);
    }

    /** Collects the settings. Not thread-safe. */
    public static final class Builder {
        private @Nullable ClassPath classPath;
        private List<MavenArtifact> natives = List.of();
        private int javaFeature;
        private @Nullable Bucket bucket;
        private @Nullable URI repository;
        private Path localRepository =
                Path.of(System.getProperty("user.home", "")).resolve(".m2").resolve("repository");
        private @Nullable Path javaRuntime = JavaRuntime.ofThisJvm();
        private Duration timeout = Duration.ofMinutes(20);

        private Builder() {}

        /** The program and what it needs; required. */
        public Builder classPath(ClassPath classPath) {
            this.classPath = classPath;
            return this;
        }

        /** Jars that the machine gets itself; default none. */
        public Builder natives(List<MavenArtifact> natives) {
            this.natives = List.copyOf(natives);
            return this;
        }

        /** The oldest Java that will do; by default what the class path was compiled for, and at least 17. */
        public Builder javaFeature(int feature) {
            if (feature < 17) {
                throw new IllegalArgumentException("javaFeature: at least 17, not " + feature);
            }
            this.javaFeature = feature;
            return this;
        }

        /** Has the natives as {@code natives/FILE}, for machines that reach no registry; default none. */
        public Builder bucket(Bucket bucket) {
            this.bucket = bucket;
            return this;
        }

        /** A Maven repository that the machine asks for everything; by default those that its Maven knows by itself. */
        public Builder repository(URI repository) {
            this.repository = repository;
            return this;
        }

        /** Where natives are looked for that have to be sent from here; default {@code ~/.m2/repository}. */
        public Builder localRepository(Path folder) {
            this.localRepository = folder;
            return this;
        }

        /** The home of a Java for Linux on x86-64, sent where none can be installed; default this JVM's, if it is one. */
        public Builder javaRuntime(Path home) {
            this.javaRuntime = home;
            return this;
        }

        /** For one installation; default 20 minutes. */
        public Builder timeout(Duration timeout) {
            this.timeout = timeout;
            return this;
        }

        /**
         * The provisioner.
         *
         * @throws IllegalArgumentException without a class path
         */
        public Provisioner build() {
            if (classPath == null) {
                throw new IllegalArgumentException("classPath is missing");
            }
            Builder copy = new Builder();
            copy.classPath = classPath;
            copy.natives = natives;
            copy.javaFeature = javaFeature;
            copy.bucket = bucket;
            copy.repository = repository;
            copy.localRepository = localRepository;
            copy.javaRuntime = javaRuntime;
            copy.timeout = timeout;
            return new Provisioner(copy);
        }

        private ClassPath classPath() {
            if (classPath == null) {
                throw new IllegalStateException("not built");
            }
            return classPath;
        }
    }
}

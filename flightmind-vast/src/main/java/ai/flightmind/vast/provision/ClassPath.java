package ai.flightmind.vast.provision;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Jars and directories of classes, in their order. An immutable value. */
public final class ClassPath {
    /** {@code name-1.2-windows-x86_64.jar}, {@code name-1.2-linux-x86_64-gpu.jar}. */
    private static final Pattern NATIVES = Pattern.compile(
            "(.+?)-(linux|windows|macosx|android|ios)-(x86_64|x86|arm64|armhf|arm|ppc64le|riscv64)(-[a-z]+)?\\.jar");

    private static final String TARGET = "linux-x86_64";

    private final List<Path> entries;
    private final List<String> leftOut;

    private ClassPath(List<Path> entries, List<String> leftOut) {
        this.entries = List.copyOf(entries);
        this.leftOut = List.copyOf(leftOut);
    }

    /** What this program runs with, also behind a jar that only names others, as some launchers make them. */
    public static ClassPath ofThisJvm() {
        String text = System.getProperty("java.class.path", "");
        return of(Arrays.stream(text.split(Pattern.quote(File.pathSeparator), -1))
                .filter(entry -> !entry.isBlank())
                .map(Path::of)
                .toList());
    }

    /** Entries that are not there are left out, and told. */
    public static ClassPath of(Collection<Path> entries) {
        Set<Path> found = new LinkedHashSet<>();
        List<String> leftOut = new ArrayList<>();
        for (Path entry : entries) {
            add(entry.toAbsolutePath().normalize(), found, leftOut);
        }
        return new ClassPath(new ArrayList<>(found), leftOut);
    }

    private static void add(Path entry, Set<Path> found, List<String> leftOut) {
        if (!Files.exists(entry)) {
            leftOut.add(entry + " is not there");
        } else if (found.add(entry) && Files.isRegularFile(entry)) {
            for (Path named : namedByManifest(entry)) {
                add(named, found, leftOut);
            }
        }
    }

    private static List<Path> namedByManifest(Path jar) {
        try (JarFile file = new JarFile(jar.toFile(), false)) {
            Manifest manifest = file.getManifest();
            String names =
                    manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            if (names == null) {
                return List.of();
            }
            List<Path> paths = new ArrayList<>();
            for (String name : names.strip().split("\\s+", -1)) {
                URI uri = jar.toUri().resolve(name);
                if ("file".equals(uri.getScheme())) {
                    Path path = Path.of(uri).normalize();
                    if (Files.exists(path)) {
                        paths.add(path);
                    }
                }
            }
            return paths;
        } catch (IOException | IllegalArgumentException e) {
            throw new UncheckedIOException(jar + " on the class path is no jar.", new IOException(e));
        }
    }

    /**
     * Without natives of other systems, and without those that are to be installed there.
     *
     * @param installed on the machine itself
     */
    public ClassPath forLinux(List<MavenArtifact> installed) {
        List<Path> kept = new ArrayList<>();
        List<String> notes = new ArrayList<>(leftOut);
        for (Path entry : entries) {
            Matcher natives = NATIVES.matcher(String.valueOf(entry.getFileName()));
            if (!natives.matches()) {
                kept.add(entry);
            } else if (!(natives.group(2) + "-" + natives.group(3)).equals(TARGET)) {
                notes.add(entry.getFileName() + " is for another system");
            } else if (installed.stream()
                    .anyMatch(artifact -> natives.group(1).matches(Pattern.quote(artifact.artifact()) + "-\\d.*"))) {
                notes.add(entry.getFileName() + " is installed there instead");
            } else {
                kept.add(entry);
            }
        }
        return new ClassPath(kept, notes);
    }

    public List<Path> entries() {
        return entries;
    }

    /** What is not in it, and why. */
    public List<String> leftOut() {
        return leftOut;
    }

    @Override
    public String toString() {
        return entries.size() + " entries";
    }
}

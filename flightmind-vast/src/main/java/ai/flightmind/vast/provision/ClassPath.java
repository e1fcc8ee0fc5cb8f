package ai.flightmind.vast.provision;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Jars and directories of classes, in their order. An immutable value. */
public final class ClassPath {
    /** {@code name-1.2-windows-x86_64.jar}, {@code name-1.2-linux-x86_64-redist-cublas.jar}. */
    private static final Pattern NATIVES =
            Pattern.compile("(?<artifact>.+?)-(?<system>(linux|windows|macosx|osx|android|ios)"
                    + "-(x86_64|x86_32|x86|arm64|aarch_64|armhf|arm|ppc64le|riscv64))(?<variant>(-[a-z0-9]+)*)\\.jar");

    private static final String TARGET = "linux-x86_64";

    /** FlightMind's own. */
    private static final int LEAST_JAVA = 17;

    private static final int FIRST_JAVA_IN_CLASS_FILES = 44;

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

    /** Entries that are not there, or neither a jar nor a directory, are left out, and told. */
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
        } else if (Files.isDirectory(entry)) {
            found.add(entry);
        } else if (!found.contains(entry)) {
            try (JarFile jar = new JarFile(entry.toFile(), false)) {
                found.add(entry);
                for (Path named : namedByManifest(jar, entry.toUri())) {
                    add(named, found, leftOut);
                }
            } catch (IOException e) {
                leftOut.add(entry + " is neither a jar nor a directory");
            }
        }
    }

    /** Those that are there: many jars name others of their own build. */
    private static List<Path> namedByManifest(JarFile jar, URI address) throws IOException {
        Manifest manifest = jar.getManifest();
        String names = manifest == null ? null : manifest.getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
        List<Path> paths = new ArrayList<>();
        if (names != null) {
            for (String name : names.strip().split("\\s+", -1)) {
                try {
                    URI uri = address.resolve(name);
                    Path path = "file".equals(uri.getScheme()) ? Path.of(uri).normalize() : null;
                    if (path != null && Files.exists(path)) {
                        paths.add(path);
                    }
                } catch (IllegalArgumentException e) {
                    // The Java launcher passes over what is no address, too.
                }
            }
        }
        return paths;
    }

    /**
     * Without natives of other systems, and without those that are to be installed there.
     *
     * @param installed on the machine itself
     */
    public ClassPath forLinux(List<MavenArtifact> installed) {
        Set<String> there = new HashSet<>();
        installed.forEach(artifact -> there.add(library(artifact.fileName())));
        entries.stream()
                .map(ClassPath::fileName)
                .filter(ClassPath::isForTarget)
                .forEach(name -> there.add(library(name)));
        List<Path> kept = new ArrayList<>();
        List<String> notes = new ArrayList<>(leftOut);
        for (Path entry : entries) {
            String name = fileName(entry);
            if (!NATIVES.matcher(name).matches()) {
                kept.add(entry);
            } else if (!isForTarget(name)) {
                notes.add(name + " is for another system"
                        + (there.contains(library(name))
                                ? ""
                                : ", and there is none of it for Linux: add it to natives()"));
            } else if (installed.stream()
                    .anyMatch(artifact -> library(artifact.fileName()).equals(library(name)))) {
                notes.add(name + " is installed there instead");
            } else {
                kept.add(entry);
            }
        }
        return new ClassPath(kept, notes);
    }

    private static String fileName(Path entry) {
        return String.valueOf(entry.getFileName());
    }

    private static boolean isForTarget(String fileName) {
        Matcher natives = NATIVES.matcher(fileName);
        return natives.matches() && natives.group("system").equals(TARGET);
    }

    /** What only one jar of a system may bring: the CUDA build of a library stands in for its CPU build. */
    private static String library(String fileName) {
        Matcher natives = NATIVES.matcher(fileName);
        if (!natives.matches()) {
            return fileName;
        }
        String variant = natives.group("variant");
        String artifact = natives.group("artifact").replaceFirst("-\\d.*", "");
        return artifact + (variant.equals("-gpu") ? "" : variant);
    }

    /** The oldest Java that runs it, judged by one class of each entry: the whole of a jar is compiled for one. */
    public int javaFeature() {
        int newest = LEAST_JAVA;
        for (Path entry : entries) {
            try {
                newest = Math.max(newest, Files.isDirectory(entry) ? ofDirectory(entry) : ofJar(entry));
            } catch (IOException e) {
                throw new UncheckedIOException("The class path's " + entry + " cannot be read.", e);
            }
        }
        return newest;
    }

    private static int ofDirectory(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            Optional<Path> any = files.filter(
                            file -> isClass(directory.relativize(file).toString()))
                    .findFirst();
            if (any.isEmpty()) {
                return 0;
            }
            try (InputStream in = Files.newInputStream(any.get())) {
                return ofClass(in);
            }
        }
    }

    private static int ofJar(Path path) throws IOException {
        try (JarFile jar = new JarFile(path.toFile(), false)) {
            Optional<JarEntry> any =
                    jar.stream().filter(entry -> isClass(entry.getName())).findFirst();
            if (any.isEmpty()) {
                return 0;
            }
            try (InputStream in = jar.getInputStream(any.get())) {
                return ofClass(in);
            }
        }
    }

    /** Those below {@code META-INF} and the module's own may be for a newer Java than the rest. */
    private static boolean isClass(String name) {
        return name.endsWith(".class") && !name.startsWith("META-INF") && !name.equals("module-info.class");
    }

    private static int ofClass(InputStream in) throws IOException {
        byte[] head = in.readNBytes(8);
        return head.length < 8 ? 0 : (((head[6] & 0xff) << 8) | (head[7] & 0xff)) - FIRST_JAVA_IN_CLASS_FILES;
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

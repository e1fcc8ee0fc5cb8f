package ai.flightmind.vast.provision;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary directory of this machine, in which a tree is put together that goes up as one stream. */
final class Staging implements AutoCloseable {
    private final Path folder;

    Staging() throws IOException {
        this.folder = Files.createTempDirectory("flightmind-provision");
    }

    Path folder() {
        return folder;
    }

    /** The file itself, where it is a link, too. Costs no space where the file system can link. */
    void add(Path link, Path name) throws IOException {
        Path file = link.toRealPath();
        Path target = folder.resolve(name);
        Files.createDirectories(target.getParent());
        try {
            Files.createLink(target, file);
        } catch (IOException | UnsupportedOperationException otherDisk) {
            Files.copy(file, target);
        }
    }

    /** Files below it under their own names, also those that links lead to. */
    void addTree(Path root, List<String> without) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(root, FileVisitOption.FOLLOW_LINKS)) {
            files = walk.filter(Files::isRegularFile).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        for (Path file : files) {
            Path name = root.relativize(file);
            if (!without.contains(name.getName(0).toString()) && !without.contains(name.toString())) {
                add(file, name);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}

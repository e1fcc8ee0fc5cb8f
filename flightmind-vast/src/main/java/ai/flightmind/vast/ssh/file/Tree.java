package ai.flightmind.vast.ssh.file;

import java.io.BufferedInputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorOutputStream;
import org.apache.commons.compress.compressors.gzip.GzipParameters;

/** A local directory as one compressed tar stream, and back. The same tree gives the same bytes. */
final class Tree implements Content {
    private static final int MODES = 0777;

    private final Path root;
    private List<String> skipped = List.of();

    Tree(Path root) {
        this.root = root;
    }

    @Override
    public long size() {
        return -1;
    }

    /** What the last writing left out, and why. */
    List<String> skipped() {
        return skipped;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
        List<String> left = new ArrayList<>();
        GzipParameters parameters = new GzipParameters();
        parameters.setCompressionLevel(Deflater.BEST_SPEED);
        try (TarArchiveOutputStream tar =
                new TarArchiveOutputStream(new GzipCompressorOutputStream(new StaysOpen(out), parameters), "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
            tar.setAddPaxHeadersForNonAsciiNames(true);
            for (Path path : sorted()) {
                add(tar, path, left);
            }
        }
        skipped = left;
    }

    private List<Path> sorted() throws IOException {
        try (Stream<Path> walk = Files.walk(root, new FileVisitOption[0])) {
            return walk.filter(path -> !path.equals(root)).sorted().toList();
        }
    }

    private void add(TarArchiveOutputStream tar, Path path, List<String> left) throws IOException {
        String name = root.relativize(path).toString().replace('\\', '/');
        TarArchiveEntry entry;
        if (Files.isSymbolicLink(path)) {
            Path target = Files.readSymbolicLink(path);
            if (!staysInside(root, path, target)) {
                left.add(name + ": its link leads outside the tree");
                return;
            }
            entry = new TarArchiveEntry(name, TarConstants.LF_SYMLINK);
            entry.setLinkName(target.toString().replace('\\', '/'));
        } else if (Files.isDirectory(path)) {
            entry = new TarArchiveEntry(name + "/");
            entry.setMode(mode(path, 0755));
        } else if (Files.isRegularFile(path)) {
            entry = new TarArchiveEntry(name);
            entry.setSize(Files.size(path));
            entry.setMode(mode(path, 0644));
        } else {
            left.add(name + ": neither a file nor a directory");
            return;
        }
        FileTime modified = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS);
        entry.setModTime(modified.toMillis() / 1000 * 1000);
        tar.putArchiveEntry(entry);
        if (entry.isFile() && !entry.isSymbolicLink()) {
            Files.copy(path, tar);
        }
        tar.closeArchiveEntry();
    }

    /**
     * Unpacks into a directory; each file is written beside and renamed.
     *
     * @return what was left out, and why
     * @throws IOException if an entry would land outside, or the archive is damaged
     */
    static List<String> unpack(Path archive, Path into) throws IOException {
        List<String> left = new ArrayList<>();
        Files.createDirectories(into);
        Path root = into.toRealPath();
        try (InputStream file = new BufferedInputStream(Files.newInputStream(archive));
                TarArchiveInputStream tar = new TarArchiveInputStream(new GzipCompressorInputStream(file), "UTF-8")) {
            TarArchiveEntry entry;
            while ((entry = tar.getNextEntry()) != null) {
                unpack(tar, entry, root, left);
            }
        }
        return left;
    }

    private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path root, List<String> left)
            throws IOException {
        Path target = root.resolve(entry.getName()).normalize();
        if (!target.startsWith(root)) {
            throw new IOException("the archive holds a path that leads outside: " + entry.getName());
        }
        if (target.equals(root)) {
            return;
        }
        Path parent = target.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
            if (!parent.toRealPath().startsWith(root)) {
                throw new IOException("the archive holds a path that leads outside: " + entry.getName());
            }
        }
        if (entry.isDirectory()) {
            Files.createDirectories(target);
            setMode(target, entry.getMode() | 0700);
        } else if (entry.isSymbolicLink()) {
            Path leadsTo = Path.of(entry.getLinkName());
            if (!staysInside(root, target, leadsTo)) {
                left.add(entry.getName() + ": its link leads outside the tree");
                return;
            }
            Files.deleteIfExists(target);
            Files.createSymbolicLink(target, leadsTo);
        } else if (entry.isLink()) {
            Path twin = root.resolve(entry.getLinkName()).normalize();
            if (!twin.startsWith(root)
                    || !Files.isRegularFile(twin, LinkOption.NOFOLLOW_LINKS)
                    || !twin.toRealPath().startsWith(root)) {
                throw new IOException("the archive holds a link that leads outside: " + entry.getName());
            }
            Files.copy(twin, target, StandardCopyOption.REPLACE_EXISTING);
        } else if (entry.isFile()) {
            Path beside = RemoteFiles.beside(target);
            Files.deleteIfExists(beside);
            Files.copy(tar, beside);
            setMode(beside, entry.getMode());
            Files.setLastModifiedTime(beside, entry.getLastModifiedTime());
            RemoteFiles.replace(beside, target);
        } else {
            left.add(entry.getName() + ": neither a file nor a directory");
        }
    }

    /** By its text; a link on the way is followed by nobody, for it must itself stay inside. */
    private static boolean staysInside(Path root, Path from, Path leadsTo) {
        Path base = from.getParent();
        return base != null
                && !leadsTo.isAbsolute()
                && base.resolve(leadsTo).normalize().startsWith(root.normalize());
    }

    static int mode(Path path, int otherwise) throws IOException {
        return hasModes(path) ? (int) Files.getAttribute(path, "unix:mode") & MODES : otherwise;
    }

    static void setMode(Path path, int mode) throws IOException {
        if (hasModes(path)) {
            Files.setAttribute(path, "unix:mode", mode & MODES);
        }
    }

    private static boolean hasModes(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("unix");
    }

    /** The archive's end is not the channel's. */
    private static final class StaysOpen extends FilterOutputStream {
        StaysOpen(OutputStream out) {
            super(out);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}

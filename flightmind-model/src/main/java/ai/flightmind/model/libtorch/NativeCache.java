package ai.flightmind.model.libtorch;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.bytedeco.javacpp.Loader;

/**
 * Unpacks the natives from their jars into JavaCPP's cache before any of them is loaded. Loading libtorch from a cache
 * that is still being filled crashes the JVM, so the whole set is made complete first, under a lock that other JVMs
 * starting at the same moment wait for.
 */
final class NativeCache {
    private static final String LIBTORCH = "pytorch";
    private static final String FOR_GPUS = "-gpu";
    private static final List<String> LIBRARIES = List.of("javacpp", "openblas", "cuda", LIBTORCH);

    private NativeCache() {}

    /** Whether libtorch's natives for GPUs are among them. */
    static boolean unpack() throws IOException {
        boolean forGpus = false;
        Path lock = Loader.getCacheDir().toPath().resolve("flightmind.lock");
        try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = channel.lock()) {
            for (String library : LIBRARIES) {
                for (String extension : List.of("", FOR_GPUS)) {
                    File[] unpacked =
                            Loader.cacheResources("/org/bytedeco/" + library + "/" + Loader.getPlatform() + extension);
                    forGpus |= unpacked.length > 0 && library.equals(LIBTORCH) && extension.equals(FOR_GPUS);
                }
            }
            return forGpus;
        } catch (IOException e) {
            throw new IOException(
                    "the natives could not be unpacked (" + e.getMessage() + "); they need about 1 GB in "
                            + lock.getParent()
                            + ", or in another directory named with -Dorg.bytedeco.javacpp.cachedir=DIR.",
                    e);
        }
    }
}

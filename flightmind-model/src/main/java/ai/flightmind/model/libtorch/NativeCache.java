package ai.flightmind.model.libtorch;

import ai.flightmind.model.error.NativeLibraryException;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
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
    private static final List<String> LIBRARIES = List.of("javacpp", "openblas", "cuda", "pytorch");

    private NativeCache() {}

    static void unpack() {
        try {
            File cache = Loader.getCacheDir();
            Path lock = cache.toPath().resolve("flightmind.lock");
            try (FileChannel channel = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var held = channel.lock()) {
                for (String library : LIBRARIES) {
                    for (String extension : List.of("", "-gpu")) {
                        Loader.cacheResources("/org/bytedeco/" + library + "/" + Loader.getPlatform() + extension);
                    }
                }
            }
        } catch (IOException e) {
            throw new NativeLibraryException(
                    "libtorch's natives could not be unpacked: " + e.getMessage()
                            + ". They need about 1 GB in JavaCPP's cache directory; set"
                            + " -Dorg.bytedeco.javacpp.cachedir=DIR to one with space and the right to write.",
                    e);
        }
    }
}

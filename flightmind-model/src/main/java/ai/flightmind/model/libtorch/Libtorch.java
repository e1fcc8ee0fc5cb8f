package ai.flightmind.model.libtorch;

import ai.flightmind.model.error.NativeLibraryException;
import java.io.IOException;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.presets.openblas_nolapack;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Loads libtorch into this process, once. Everything of ours that touches a tensor calls {@link #load()} first; programs
 * that use bytedeco's classes directly should call it before the first of them.
 *
 * <p>Thread-safe. The natives stay loaded until the process ends.
 */
public final class Libtorch {
    private Libtorch() {}

    /**
     * Unpacks the natives where they are not yet unpacked, loads them, and tunes OpenMP, OpenBLAS and malloc for
     * training. Settings that the user made in the environment ({@code OMP_WAIT_POLICY}, {@code MALLOC_…}, …) win.
     *
     * @throws NativeLibraryException if there are no natives for this platform on the class path, or the cache
     *     directory cannot be written
     */
    public static void load() {
        Throwable failure = Once.OUTCOME.failure();
        if (failure != null) {
            throw new NativeLibraryException(
                    "libtorch could not be loaded for " + Loader.getPlatform() + ": " + failure.getMessage()
                            + " Is org.bytedeco:pytorch with this platform's classifier on the class path? For a GPU"
                            + " build, are the driver and the CUDA libraries it was built for present?",
                    failure);
        }
    }

    /**
     * How many CPU threads an operator may use, for OpenMP and OpenBLAS alike; the default is all cores. Results are
     * bit for bit repeatable only at the same number of threads.
     *
     * @param threads at least 1
     */
    public static void setThreads(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1, not " + threads);
        }
        load();
        torch.set_num_threads(threads);
        openblas_nolapack.blas_set_num_threads(threads);
    }

    /** The number of CPU threads that an operator may use. */
    public static int threads() {
        load();
        return torch.get_num_threads();
    }

    private record Outcome(@Nullable Throwable failure) {}

    /** A process loads a library once, so its outcome is the process's: the initialiser runs exactly once. */
    private static final class Once {
        static final Outcome OUTCOME = load();

        private static Outcome load() {
            try {
                ProcessTuning.apply();
                if (!NativeCache.unpack()) {
                    ProcessTuning.applyWithoutGpus();
                }
                Loader.load(torch.class);
                return new Outcome(null);
            } catch (IOException | LinkageError | RuntimeException e) {
                return new Outcome(e);
            }
        }
    }
}

package ai.flightmind.model.libtorch;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.File;
import java.util.Map;

/**
 * Settings of the process that must stand before the natives are loaded, because libgomp and OpenBLAS read theirs when
 * they are mapped. Their worth is measured in docs/performance.md.
 */
final class ProcessTuning {
    /**
     * Two thread pools share the cores, libgomp's and OpenBLAS's, and the idle threads of either would spin and take them
     * from the other. OpenBLAS's still spin for 2¹⁴ cycles, some microseconds, which bridges the many small products of
     * attention, but no longer the operators in between.
     */
    private static final Map<String, String> ENVIRONMENT =
            Map.of("OMP_WAIT_POLICY", "passive", "OPENBLAS_THREAD_TIMEOUT", "14");

    /**
     * Large temporaries come and go each step. Kept in malloc's heap they are reused; as separate mappings they would
     * be handed back to the kernel and zeroed anew, page by page. Keys are mallopt's numbers for glibc.
     */
    private static final Map<Integer, Malloc> MALLOC = Map.of(
            -1, new Malloc("MALLOC_TRIM_THRESHOLD_", Integer.MAX_VALUE),
            -2, new Malloc("MALLOC_TOP_PAD_", 64 << 20),
            -3, new Malloc("MALLOC_MMAP_THRESHOLD_", 1 << 30));

    private record Malloc(String variable, int value) {}

    private ProcessTuning() {}

    static void apply() {
        // JavaCPP's own limits follow the Java heap's size and would end a run whose tensors are rightly larger.
        defaultProperty("org.bytedeco.javacpp.maxBytes", "0");
        defaultProperty("org.bytedeco.javacpp.maxPhysicalBytes", "0");
        if (!Platform.isLinux()) {
            return;
        }
        NativeLibrary libc = NativeLibrary.getInstance("c");
        ENVIRONMENT.forEach((name, value) -> {
            int keepWhatTheUserSet = 0;
            libc.getFunction("setenv").invokeInt(new Object[] {name, value, keepWhatTheUserSet});
        });
        MALLOC.forEach((option, setting) -> {
            if (System.getenv(setting.variable()) == null) {
                libc.getFunction("mallopt").invokeInt(new Object[] {option, setting.value()});
            }
        });
    }

    /**
     * JavaCPP looks for each of CUDA's libraries by several names in every entry of the class path, unless the first extension
     * of natives to load is another than theirs. The second is what other libraries' natives may have.
     */
    static void applyWithoutGpus() {
        defaultProperty("org.bytedeco.javacpp.platform.extension", "-cpu" + File.pathSeparator + "-gpl");
    }

    private static void defaultProperty(String name, String value) {
        if (System.getProperty(name) == null) {
            System.setProperty(name, value);
        }
    }
}

package ai.flightmind.vast.fake.host;

import ai.flightmind.vast.fake.FakeInstance;
import ai.flightmind.vast.fake.FakeOffer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
import java.util.Set;

/** Commands of a pretend machine that answer for what this machine does not have. They come first on its PATH. */
final class StandIns {
    /** A file of this name in the home makes the disk full. */
    static final String DISK_FULL = ".disk-full";

    /** A file of this name in the home makes the GPUs idle. */
    static final String GPUS_IDLE = ".gpus-idle";

    /** A file of this name in the home hides a GPU. */
    static final String GPU_MISSING = ".gpu-missing";

    private static final int LONG_SLEEP_SECONDS = 5;

    /** Who looks at whole seconds sees no more by looking more often, and each look takes processes of this machine. */
    private static final int LEAST_MS = 500;

    private StandIns() {}

    static void write(Path bin, FakeOffer offer, String gpuName, FakeInstance instance, int speed) throws IOException {
        Files.createDirectories(bin);
        script(bin, "nvidia-smi", nvidiaSmi(offer, gpuName));
        script(bin, "df", df(instance.diskGb()));
        script(bin, "ldconfig", ldconfig());
        script(bin, "sleep", sleep(speed));
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        if (!Files.exists(bin.resolve("java"))) {
            Files.createSymbolicLink(bin.resolve("java"), java);
        }
    }

    /** The driver puts its maker before the model's name. */
    private static String nvidiaSmi(FakeOffer offer, String gpuName) {
        StringBuilder gpus = new StringBuilder();
        StringBuilder links = new StringBuilder();
        for (int gpu = 0; gpu < offer.gpus(); gpu++) {
            links.append("\\tGPU").append(gpu);
            gpus.append(String.format(
                    Locale.ROOT,
                    "%d, GPU-%08x, NVIDIA %s, %d, 580.95.05, 9.0\\n",
                    gpu,
                    offer.machineId() * 16 + gpu,
                    gpuName,
                    offer.gpuRamMb()));
        }
        links.append("\\n");
        for (int row = 0; row < offer.gpus(); row++) {
            links.append("GPU").append(row);
            for (int column = 0; column < offer.gpus(); column++) {
                links.append(row == column ? "\\t X " : "\\tNV18");
            }
            links.append("\\n");
        }
        return String.join(
                "\n",
                "case \"$*\" in",
                "*uuid*) printf '" + gpus + "' | if [ -e ~/" + GPU_MISSING + " ]; then tail -n +2; else cat; fi ;;",
                "*utilization*)",
                "  busy=0",
                "  for file in ~/flightmind/job/pid ~/flightmind/dry-job/pid; do",
                "    [ -r $file ] && read -r pid start < $file || continue",
                "    [ -e ~/" + GPUS_IDLE + " ] || ! kill -0 \"$pid\" 2>/dev/null || busy=91",
                "  done",
                "  gpu=0; while [ $gpu -lt " + offer.gpus() + " ]; do",
                "    echo \"$gpu, $busy, 41213, 63\"; gpu=$((gpu + 1))",
                "  done ;;",
                "topo*) printf '" + links + "' ;;",
                "*) echo 'nvidia-smi stands in for a GPU here' >&2; exit 9 ;;",
                "esac");
    }

    private static String df(double diskGb) {
        long kib = (long) (diskGb * 1e9 / 1024);
        return String.join(
                "\n",
                "set -- $(du -sk ~ 2>/dev/null); used=$1; free=$((" + kib + " - ${used:-0}))",
                "[ ! -e ~/" + DISK_FULL + " ] || free=0",
                "echo 'Filesystem 1024-blocks Used Available Capacity Mounted on'",
                "echo \"pretend " + kib + " $used $free 1% /\"");
    }

    private static String ldconfig() {
        return "for lib in libcudart.so.13 libcublas.so.13 libcudnn.so.9 libcusparse.so.12 libcusolver.so.12 libnccl.so.2;"
                + " do printf '\\t%s (libc6,x86-64) => /lib/%s\\n' $lib $lib; done";
    }

    /** The next file that is read as a whole comes out wrong. Until then there is no stand-in, which every reading would pay. */
    static void damageNextRead(Path bin) throws IOException {
        String text = """
                if [ $# -eq 0 ] && rm "$0" 2>/dev/null; then /bin/cat | tr '\\000' '\\001'
                else exec /bin/cat "$@"; fi""";
        script(bin, "cat.new", text);
        // What is written to cannot be run.
        Files.move(bin.resolve("cat.new"), bin.resolve("cat"), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Long waits go by in the marketplace's time; short ones are pauses between two looks. Starts nothing but the sleep. */
    private static String sleep(int speed) {
        return String.join(
                "\n",
                "case $1 in",
                "*[!0-9]*|'') exec /bin/sleep \"$@\" ;;",
                "esac",
                "[ \"$1\" -lt " + LONG_SLEEP_SECONDS + " ] && exec /bin/sleep \"$1\"",
                "ms=$(($1 * 1000 / " + speed + ")); [ $ms -ge " + LEAST_MS + " ] || ms=" + LEAST_MS,
                "rest=$((ms % 1000))",
                "while [ ${#rest} -lt 3 ]; do rest=0$rest; done",
                "exec /bin/sleep \"$((ms / 1000)).$rest\"");
    }

    private static void script(Path bin, String name, String text) throws IOException {
        Path file = bin.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Set<java.nio.file.attribute.PosixFilePermission> all = PosixFilePermissions.fromString("rwxr-xr-x");
        Files.setPosixFilePermissions(file, all);
    }
}

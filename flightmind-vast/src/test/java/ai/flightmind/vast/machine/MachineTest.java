package ai.flightmind.vast.machine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.machine.Shortfall.Kind;
import ai.flightmind.vast.offer.Offer;
import ai.flightmind.vast.unit.MemorySize;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MachineTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_795_489_465L);

    private static final String LINKED = """
            \t\u001b[4mGPU0\tGPU1\tGPU2\tNIC0\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\u001b[0m
            GPU0\t X \tNV18\tNV18\tNODE\t0-51\t0\t\tN/A
            GPU1\tNV18\t X \tNV18\tNODE\t0-51\t0\t\tN/A
            GPU2\tNV18\tNV18\t X \tSYS\t52-103\t1\t\tN/A
            NIC0\tNODE\tNODE\tSYS\t X

            Legend:

              X    = Self
              SYS  = Connection traversing PCIe as well as the SMP interconnect between NUMA nodes
              NV#  = Connection traversing a bonded set of # NVLinks
            """;

    private static String report(int gpus, String name, String links) {
        StringBuilder text = new StringBuilder("Welcome to this machine.\n== gpus\n");
        for (int gpu = 0; gpu < gpus; gpu++) {
            text.append(gpu + ", GPU-0" + gpu + ", " + name + ", 81559, 580.95.05, 9.0\n");
        }
        return text + "== links\n" + links + """
                == disk
                overlay 524288000 20971520 503316480 4% /workspace
                == clock
                1795489470
                == cores
                104
                == memory
                MemTotal:       1056270352 kB
                == libraries
                \tlibcudnn.so.9 (libc6,x86-64) => /lib/x86_64-linux-gnu/libcudnn.so.9
                \tlibcublas.so.13 (libc6,x86-64) => /usr/local/cuda/lib64/libcublas.so.13
                \tlibcusparse.so.12 (libc6,x86-64) => /usr/local/cuda/lib64/libcusparse.so.12
                \tlibcusolver.so.12 (libc6,x86-64) => /usr/local/cuda/lib64/libcusolver.so.12
                \tlibnccl.so.2 (libc6,x86-64) => /lib/x86_64-linux-gnu/libnccl.so.2
                == end
                """;
    }

    private static final String GOOD = report(3, "NVIDIA H100 80GB HBM3", LINKED);

    private static final Promise H100S =
            new Promise(3L, "H100 SXM", MemorySize.ofGb(80), true, 500, Promise.CUDA_13_DRIVER, Promise.LIBTORCH_NEEDS);

    @Test
    void aReportIsReadWhole() {
        MachineReport report = MachineReport.parse(GOOD);

        assertThat(report.gpus()).hasSize(3);
        assertThat(report.gpus().get(2).name()).isEqualTo("NVIDIA H100 80GB HBM3");
        assertThat(report.gpus().get(2).uuid()).isEqualTo("GPU-02");
        assertThat(report.gpus().get(0).memory().gigabytes()).isCloseTo(85.5, within(0.1));
        assertThat(report.gpus().get(0).driverMajor()).isEqualTo(580);
        assertThat(report.links().links())
                .isEqualTo(Map.of(
                        new GpuLinks.Pair(0, 1),
                        "NV18",
                        new GpuLinks.Pair(0, 2),
                        "NV18",
                        new GpuLinks.Pair(1, 2),
                        "NV18"));
        assertThat(report.freeDiskGb()).isCloseTo(515.4, within(0.1));
        assertThat(report.clock()).isEqualTo(NOW.plusSeconds(5));
        assertThat(report.cpuCores()).isEqualTo(104);
        assertThat(report.memory().gigabytes()).isCloseTo(1_081.6, within(0.1));
        assertThat(report.cudaLibraries())
                .containsExactlyInAnyOrder("libcudnn", "libcublas", "libcusparse", "libcusolver", "libnccl");
    }

    @Test
    void aMachineAsPromisedHasNoShortfalls() {
        assertThat(H100S.shortfalls(MachineReport.parse(GOOD), NOW)).isEmpty();
    }

    @Test
    void anOffersPromiseIsTakenFromItsFields() {
        Offer offer = Offer.fromJson(
                Map.of("id", 7, "num_gpus", 4, "gpu_name", "H100 SXM", "gpu_ram", 81_559, "bw_nvlink", 478.1));

        Promise promise = Promise.of(offer, 250);

        assertThat(promise.gpus()).isEqualTo(4);
        assertThat(promise.gpuName()).isEqualTo("H100 SXM");
        assertThat(promise.nvLink()).isTrue();
        assertThat(promise.diskGb()).isEqualTo(250);
        assertThat(promise.driverMajor()).isEqualTo(580);
    }

    private static List<Shortfall> found(String report) {
        return H100S.shortfalls(MachineReport.parse(report), NOW);
    }

    private static Kind only(List<Shortfall> found) {
        assertThat(found).hasSize(1);
        return found.get(0).kind();
    }

    @Test
    void aMissingGpuIsCounted() {
        List<Shortfall> found = found(report(2, "NVIDIA H100 80GB HBM3", LINKED));

        assertThat(only(found)).isEqualTo(Kind.GPU_COUNT);
        assertThat(found.get(0)).hasToString("3 GPUs were promised; 2 are visible.");
    }

    @Test
    void aMachineWithoutADriverHasNoGpus() {
        List<Shortfall> found = found(report(0, "", ""));

        assertThat(only(found)).isEqualTo(Kind.GPU_COUNT);
    }

    @Test
    void aPairWithoutNvLinkIsNamed() {
        List<Shortfall> found = found(GOOD.replace("GPU1\tNV18\t X \tNV18", "GPU1\tNV18\t X \tSYS"));

        assertThat(only(found)).isEqualTo(Kind.NVLINK);
        assertThat(found.get(0).message()).contains("GPU 1 and 2");
    }

    @Test
    void anOldDriverIsNamed() {
        List<Shortfall> found = found(GOOD.replace("580.95.05", "570.124.06"));

        assertThat(only(found)).isEqualTo(Kind.DRIVER);
        assertThat(found.get(0)).hasToString("The driver is 570.124.06; it must be 580 or newer.");
    }

    @Test
    void aSmallDiskIsNamed() {
        assertThat(only(found(GOOD.replace("503316480", "103316480")))).isEqualTo(Kind.DISK);
    }

    @Test
    void aWrongClockIsNamedWithItsDirection() {
        List<Shortfall> found = found(GOOD.replace("1795489470", "1795485865"));

        assertThat(only(found)).isEqualTo(Kind.CLOCK);
        assertThat(found.get(0).message()).contains("3600 s behind");
    }

    @Test
    void anImageWithoutCudnnIsNamed() {
        List<Shortfall> found = found(GOOD.replaceAll(".*libcudnn.*\n", ""));

        assertThat(only(found)).isEqualTo(Kind.CUDA_LIBRARIES);
        assertThat(found.get(0).message()).contains("lacks libcudnn");
    }

    @Test
    void smallerGpusAreNamedEach() {
        List<Shortfall> found = found(GOOD.replace("81559", "40960"));

        assertThat(found).hasSize(3).allMatch(shortfall -> shortfall.kind() == Kind.GPU_MEMORY);
        assertThat(found.get(1)).hasToString("GPU 1 has 43 GB of memory; 80 GB were promised.");
    }

    @ParameterizedTest
    @CsvSource({
        "H100 SXM, NVIDIA H100 80GB HBM3, true",
        "H100 SXM, NVIDIA H100 PCIe, false",
        "H100 SXM, NVIDIA H100 NVL, false",
        "H100 PCIE, NVIDIA H100 PCIe, true",
        "H100 PCIE, NVIDIA H100 80GB HBM3, false",
        "H100 NVL, NVIDIA H100 NVL, true",
        "H200, NVIDIA H200, true",
        "H200, NVIDIA H200 141GB HBM3e, true",
        "H200, NVIDIA H100 80GB HBM3, false",
        "A100 SXM4, NVIDIA A100-SXM4-80GB, true",
        "A100_SXM4, NVIDIA A100-SXM4-40GB, true",
        "A100 SXM4, NVIDIA A100-PCIE-40GB, false",
        "A100 PCIE, NVIDIA A100 80GB PCIe, true",
        "A100 PCIE, NVIDIA A100-SXM4-80GB, false",
        "A10, NVIDIA A100-SXM4-80GB, false",
        "L40S, NVIDIA L40S, true",
        "L40, NVIDIA L40S, false",
        "RTX 4090, NVIDIA GeForce RTX 4090, true",
        "RTX 4090, NVIDIA GeForce RTX 4090 D, false",
        "RTX 3090, NVIDIA GeForce RTX 3090 Ti, false",
        "RTX 4080, NVIDIA GeForce RTX 4080 SUPER, false",
        "RTX 6000Ada, NVIDIA RTX 6000 Ada Generation, true",
        "RTX A6000, NVIDIA RTX A6000, true",
        "B200, NVIDIA B200, true"
    })
    void theServicesNamesAreMatchedWithTheDrivers(String promised, String driver, boolean same) {
        Promise promise = new Promise(1L, promised, null, false, 1, 500, Set.of());

        List<Shortfall> found = promise.shortfalls(MachineReport.parse(report(1, driver, "")), NOW);

        assertThat(found.isEmpty()).as("%s", found).isEqualTo(same);
    }

    @ParameterizedTest
    @ValueSource(strings = {"== end\n", "== memory", "== disk", "overlay 524288000", "1795489470\n"})
    void aDamagedReportIsAnErrorAndNeverAnEmptyMachine(String cut) {
        assertThatThrownBy(() -> MachineReport.parse(GOOD.replace(cut, "")))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("report");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void theScriptRunsWhereThereIsNoGpu(@TempDir Path folder) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("sh", "-c", MachineReport.script(folder.toString())).start();
        String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).isZero();

        MachineReport report = MachineReport.parse(output);

        assertThat(report.cpuCores()).isPositive();
        assertThat(report.freeDiskGb()).isPositive();
        assertThat(report.memory().gigabytes()).isPositive();
        assertThat(report.clock())
                .isBetween(Instant.now().minusSeconds(60), Instant.now().plusSeconds(60));
    }
}

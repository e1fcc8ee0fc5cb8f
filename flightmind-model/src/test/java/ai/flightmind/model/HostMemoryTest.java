package ai.flightmind.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** On files laid out as Linux does, for limits that a test cannot set. */
@EnabledOnOs({OS.LINUX, OS.MAC})
class HostMemoryTest {
    private static final long MIB = 1 << 20;

    @TempDir
    Path root;

    @BeforeEach
    void machineOf8GibOf6Available() throws IOException {
        file("proc/meminfo", "MemTotal:        8388608 kB\nMemFree:  1048576 kB\nMemAvailable:    6291456 kB\n");
        file(
                "proc/self/limits",
                "Limit  Soft Limit  Hard Limit  Units\nMax address space  unlimited  unlimited  bytes\n");
        file("proc/self/status", "Name:\tjava\nVmSize:\t  2097152 kB\n");
        file("proc/self/cgroup", "0::/\n");
    }

    private void file(String name, String text) throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private DeviceMemory read() {
        return new HostMemory(root, () -> 512 * MIB).read();
    }

    @Test
    void withoutLimitsItIsWhatTheSystemHasAvailable() {
        assertThat(read()).isEqualTo(new DeviceMemory(6_144 * MIB, 8_192 * MIB));
    }

    @Test
    void containersLimitCountsWithoutThePageCacheThatItCanDrop() throws IOException {
        file("sys/fs/cgroup/memory.max", 2_048 * MIB + "\n");
        file("sys/fs/cgroup/memory.current", 1_536 * MIB + "\n");
        file("sys/fs/cgroup/memory.stat", "anon 5\nfile 7\ninactive_file " + 256 * MIB + "\nactive_file 3\n");

        assertThat(read()).isEqualTo(new DeviceMemory(768 * MIB, 2_048 * MIB));
    }

    @Test
    void groupsAroundOnesOwnLimitItToo() throws IOException {
        file("proc/self/cgroup", "0::/batch/job\n");
        file("sys/fs/cgroup/batch/memory.max", 1_024 * MIB + "\n");
        file("sys/fs/cgroup/batch/memory.current", 1_000 * MIB + "\n");
        file("sys/fs/cgroup/batch/job/memory.max", "max\n");
        file("sys/fs/cgroup/batch/job/memory.current", 100 * MIB + "\n");

        assertThat(read()).isEqualTo(new DeviceMemory(24 * MIB, 1_024 * MIB));
    }

    @Test
    void firstVersionOfControlGroupsIsReadWhereItsPathIsNotMounted() throws IOException {
        file("proc/self/cgroup", "5:cpu,cpuacct:/\n4:memory:/docker/abc\n0::/\n");
        file("sys/fs/cgroup/memory/memory.limit_in_bytes", 4_096 * MIB + "\n");
        file("sys/fs/cgroup/memory/memory.usage_in_bytes", 3_072 * MIB + "\n");
        file("sys/fs/cgroup/memory/memory.stat", "inactive_file 1\ntotal_inactive_file " + 64 * MIB + "\n");

        assertThat(read()).isEqualTo(new DeviceMemory(1_088 * MIB, 4_096 * MIB));
    }

    @Test
    void groupThatIsOverItsLimitHasNothingFree() throws IOException {
        file("sys/fs/cgroup/memory.max", 1_024 * MIB + "\n");
        file("sys/fs/cgroup/memory.current", 1_025 * MIB + "\n");

        assertThat(read().freeBytes()).isZero();
    }

    @Test
    void addressSpaceThatMallocKeepsIsFree() throws IOException {
        file("proc/self/limits", "Max address space         4294967296           8589934592           bytes     \n");

        assertThat(read()).isEqualTo(new DeviceMemory(4_096 * MIB - 2_048 * MIB + 512 * MIB, 4_096 * MIB));
    }

    @Test
    void thisProcessHasSomeAndNotMoreThanThereIs() {
        DeviceMemory memory = DeviceMemory.of(Device.cpu());

        assertThat(memory.freeBytes()).isPositive().isLessThanOrEqualTo(memory.totalBytes());
    }
}

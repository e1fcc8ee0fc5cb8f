package ai.flightmind.model;

import com.sun.jna.Platform;
import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The host's memory as this process may use it: on Linux from {@code /proc} and the control groups of either version,
 * elsewhere as the JVM tells it.
 */
final class HostMemory {
    private static final Pattern LIMIT = Pattern.compile("^Max address space\\s+(\\d+)\\s", Pattern.MULTILINE);

    /** A control group's files, which differ between the versions. */
    private record GroupFiles(String mount, String limit, String used, String reclaimable) {}

    private static final GroupFiles VERSION_1 = new GroupFiles(
            "sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file");
    private static final GroupFiles VERSION_2 =
            new GroupFiles("sys/fs/cgroup", "memory.max", "memory.current", "inactive_file");

    private final Path root;
    private final LongSupplier keptByMalloc;

    /**
     * Reads below a directory.
     *
     * @param root where {@code proc} and {@code sys} are
     * @param keptByMalloc address space that counts as taken, but is there for reuse
     */
    HostMemory(Path root, LongSupplier keptByMalloc) {
        this.root = root;
        this.keptByMalloc = keptByMalloc;
    }

    static HostMemory ofThisProcess() {
        return new HostMemory(Path.of("/"), Malloc::keptBytes);
    }

    DeviceMemory read() {
        if (!Files.isReadable(root.resolve("proc/meminfo")) || Platform.isWindows()) {
            OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
            return new DeviceMemory(system.getFreeMemorySize(), system.getTotalMemorySize());
        }
        String machine = text(root.resolve("proc/meminfo"));
        long total = kibibytes(machine, "MemTotal");
        DeviceMemory least = new DeviceMemory(kibibytes(machine, "MemAvailable"), total);
        for (DeviceMemory limit : limits()) {
            least = new DeviceMemory(
                    Math.min(least.freeBytes(), Math.max(0, limit.freeBytes())),
                    Math.min(least.totalBytes(), limit.totalBytes()));
        }
        return least;
    }

    private List<DeviceMemory> limits() {
        List<DeviceMemory> limits = new ArrayList<>();
        Matcher space = LIMIT.matcher(text(root.resolve("proc/self/limits")));
        if (space.find()) {
            long most = Long.parseLong(space.group(1));
            long taken = kibibytes(text(root.resolve("proc/self/status")), "VmSize");
            limits.add(new DeviceMemory(most - taken + keptByMalloc.getAsLong(), most));
        }
        text(root.resolve("proc/self/cgroup")).lines().forEach(line -> {
            String[] parts = line.split(":", 3); // number, controllers, path
            if (parts.length == 3 && parts[1].isEmpty()) {
                addGroups(VERSION_2, parts[2], limits);
            } else if (parts.length == 3 && Arrays.asList(parts[1].split(",")).contains("memory")) {
                addGroups(VERSION_1, parts[2], limits);
            }
        });
        return limits;
    }

    /** A group's own limit and those of the groups around it. In a container its path may not be there, the mount is. */
    private void addGroups(GroupFiles files, String path, List<DeviceMemory> limits) {
        Path mount = root.resolve(files.mount());
        Path group = mount.resolve(path.substring(1)).normalize();
        while (group != null && group.startsWith(mount)) {
            OptionalLong most = number(group.resolve(files.limit()));
            OptionalLong used = number(group.resolve(files.used()));
            if (most.isPresent() && used.isPresent()) {
                Matcher cache = Pattern.compile("^" + files.reclaimable() + " (\\d+)$", Pattern.MULTILINE)
                        .matcher(text(group.resolve("memory.stat")));
                long reclaimable = cache.find() ? Long.parseLong(cache.group(1)) : 0;
                limits.add(new DeviceMemory(most.getAsLong() - used.getAsLong() + reclaimable, most.getAsLong()));
            }
            group = group.getParent();
        }
    }

    private static OptionalLong number(Path file) {
        String text = text(file).strip();
        return text.matches("\\d{1,19}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }

    private static long kibibytes(String file, String name) {
        Matcher line = Pattern.compile("^" + name + ":\\s+(\\d+) kB$", Pattern.MULTILINE)
                .matcher(file);
        return line.find() ? Long.parseLong(line.group(1)) << 10 : Long.MAX_VALUE;
    }

    /** Empty for a file that is not there. */
    private static String text(Path file) {
        if (!Files.isReadable(file)) {
            return "";
        }
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

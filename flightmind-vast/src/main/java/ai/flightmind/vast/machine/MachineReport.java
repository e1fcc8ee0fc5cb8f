package ai.flightmind.vast.machine;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.unit.MemorySize;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a machine says of itself.
 *
 * @param gpus in the order of their numbers; empty where there is no driver
 * @param links between them; empty with fewer than two
 * @param freeDiskGb where the work will be, in 10⁹ bytes
 * @param clock its own
 * @param cpuCores that its processes may use
 * @param memory of the machine, not of its GPUs
 * @param cudaLibraries the names that the loader finds, such as {@code libcudnn}
 */
public record MachineReport(
        List<Gpu> gpus,
        GpuLinks links,
        double freeDiskGb,
        Instant clock,
        int cpuCores,
        MemorySize memory,
        Set<String> cudaLibraries) {
    private static final Pattern HEADING = Pattern.compile("== ([a-z]+)");
    private static final Pattern LIBRARY = Pattern.compile("\\s*(lib\\w+)\\.so.*");
    private static final double BYTES_PER_KIB = 1024;

    public MachineReport {
        gpus = List.copyOf(gpus);
        cudaLibraries = Set.copyOf(cudaLibraries);
    }

    /**
     * What to run, in any POSIX shell; a part that the machine cannot answer stays empty.
     *
     * @param folder where the work will be; it exists, and needs no quoting
     */
    public static String script(String folder) {
        return String.join(
                "\n",
                "echo '== gpus'; nvidia-smi --query-gpu=" + Gpu.QUERY + " --format=csv,noheader,nounits 2>/dev/null",
                "echo '== links'; nvidia-smi topo -m 2>/dev/null",
                "echo '== disk'; df -P -k " + folder + " 2>/dev/null | tail -n 1",
                "echo '== clock'; date +%s",
                "echo '== cores'; nproc 2>/dev/null",
                "echo '== memory'; grep MemTotal /proc/meminfo 2>/dev/null",
                "echo '== libraries'; ldconfig -p 2>/dev/null"
                        + " | grep -E 'libcudart|libcublas|libcudnn|libcusparse|libcusolver|libnccl'",
                "echo '== end'");
    }

    /**
     * Reads the script's output.
     *
     * @throws DataException if a part is missing, as of a connection that broke, or says something else
     */
    public static MachineReport parse(String output) {
        Map<String, List<String>> parts = parts(output);
        if (!parts.containsKey("end")) {
            throw new DataException("The machine's report breaks off. Ask it again.", "$", null);
        }
        try {
            return new MachineReport(
                    lines(parts, "gpus").stream().map(Gpu::parse).toList(),
                    GpuLinks.parse(lines(parts, "links")),
                    Long.parseLong(field(only(parts, "disk"), 3)) * BYTES_PER_KIB / 1e9,
                    Instant.ofEpochSecond(Long.parseLong(only(parts, "clock"))),
                    Integer.parseInt(only(parts, "cores")),
                    MemorySize.ofMb(Long.parseLong(field(only(parts, "memory"), 1)) * BYTES_PER_KIB / 1e6),
                    libraries(lines(parts, "libraries")));
        } catch (IllegalArgumentException e) {
            throw new DataException("The machine's report cannot be read: " + e.getMessage(), "$", e);
        }
    }

    private static Map<String, List<String>> parts(String output) {
        Map<String, List<String>> parts = new LinkedHashMap<>();
        List<String> current = new ArrayList<>();
        for (String line : output.lines().toList()) {
            Matcher heading = HEADING.matcher(line.strip());
            if (heading.matches()) {
                current = new ArrayList<>();
                parts.put(heading.group(1), current);
            } else if (!line.isBlank()) {
                current.add(line);
            }
        }
        return parts;
    }

    private static List<String> lines(Map<String, List<String>> parts, String part) {
        return parts.getOrDefault(part, List.of());
    }

    private static String only(Map<String, List<String>> parts, String part) {
        List<String> lines = lines(parts, part);
        if (lines.size() != 1) {
            throw new IllegalArgumentException("its part '" + part + "' has " + lines.size() + " lines");
        }
        return lines.get(0).strip();
    }

    private static String field(String line, int index) {
        String[] fields = line.split("\\s+", -1);
        if (index >= fields.length) {
            throw new IllegalArgumentException("'" + line + "' has fewer than " + (index + 1) + " fields");
        }
        return fields[index];
    }

    private static Set<String> libraries(List<String> lines) {
        Set<String> names = new TreeSet<>();
        for (String line : lines) {
            Matcher library = LIBRARY.matcher(line);
            if (library.matches()) {
                names.add(library.group(1).toLowerCase(Locale.ROOT));
            }
        }
        return names;
    }
}

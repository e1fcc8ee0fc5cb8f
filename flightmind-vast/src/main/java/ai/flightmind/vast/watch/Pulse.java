package ai.flightmind.vast.watch;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.job.DetachedJob;
import ai.flightmind.vast.job.JobState;
import ai.flightmind.vast.ssh.Shell;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a machine and its job are, now.
 *
 * @param freeDiskBytes where the work is; both −1 if the machine does not say
 * @param gpus empty where there is no driver
 * @param clock the machine's
 * @param owner the token of who looks after it; empty if nobody has moved in
 * @param files of the checkpoint folder; unfinished ones are left out
 */
public record Pulse(
        JobState job,
        long freeDiskBytes,
        long totalDiskBytes,
        List<GpuLoad> gpus,
        Instant clock,
        String owner,
        List<CheckpointFile> files) {
    private static final Pattern HEADING = Pattern.compile("== pulse ([a-z]+)");
    private static final Pattern FILE = Pattern.compile("(\\d+) (\\d+) (?:.*/)?([^/]+)");
    private static final int KIB = 1024;

    /** What one GPU does. */
    public record GpuLoad(
            int index, OptionalDouble utilizationPercent, OptionalDouble memoryUsedMb, OptionalDouble celsius) {
        /** Empty for a line that tells of no GPU, as of one that has fallen off its bus. */
        static Stream<GpuLoad> parse(String line) {
            String[] parts = line.split(",", -1);
            OptionalDouble index = number(parts[0]);
            return parts.length < 4 || index.isEmpty()
                    ? Stream.empty()
                    : Stream.of(new GpuLoad(
                            (int) index.getAsDouble(), number(parts[1]), number(parts[2]), number(parts[3])));
        }

        /** Empty for what the driver does not know, as {@code [N/A]}. */
        private static OptionalDouble number(String text) {
            try {
                return OptionalDouble.of(Double.parseDouble(text.strip()));
            } catch (NumberFormatException e) {
                return OptionalDouble.empty();
            }
        }
    }

    public Pulse {
        gpus = List.copyOf(gpus);
        files = List.copyOf(files);
    }

    /**
     * What to run, in any POSIX shell; a part that the machine cannot answer stays empty.
     *
     * @param folder where the work is, for the disk
     * @param checkpoints the folder of the program's checkpoints, which need not be there yet
     * @param owner the file with the token
     */
    public static String script(DetachedJob job, String folder, String checkpoints, String owner) {
        String all = Shell.path(checkpoints) + "/*";
        return String.join(
                "\n",
                "echo '== pulse job'; { " + job.stateScript() + "\n}",
                "echo '== pulse disk'; df -P -k " + Shell.path(folder) + " 2>/dev/null",
                "echo '== pulse gpus'; nvidia-smi --query-gpu=index,utilization.gpu,memory.used,temperature.gpu"
                        + " --format=csv,noheader,nounits 2>/dev/null",
                "echo '== pulse clock'; date +%s",
                "echo '== pulse owner'; cat " + Shell.path(owner) + " 2>/dev/null",
                "echo; echo '== pulse files'; stat -L -c '%s %Y %n' " + all + " 2>/dev/null"
                        + " || stat -L -f '%z %m %N' " + all + " 2>/dev/null",
                "echo '== pulse end'");
    }

    /**
     * Reads the script's output.
     *
     * @throws DataException if it breaks off, as of a connection that broke, or tells no time
     */
    public static Pulse parse(String output) {
        Map<String, List<String>> parts = parts(output);
        if (!parts.containsKey("end")) {
            throw new DataException("The machine's pulse breaks off. Ask it again.", "$", null);
        }
        try {
            String[] disk = last(parts, "disk").split("\\s+", -1);
            boolean known = disk.length > 3;
            return new Pulse(
                    JobState.parse(String.join("\n", lines(parts, "job"))),
                    known ? Long.parseLong(disk[3]) * KIB : -1,
                    known ? Long.parseLong(disk[1]) * KIB : -1,
                    lines(parts, "gpus").stream().flatMap(GpuLoad::parse).toList(),
                    Instant.ofEpochSecond(Long.parseLong(first(parts, "clock"))),
                    first(parts, "owner"),
                    lines(parts, "files").stream()
                            .map(FILE::matcher)
                            .filter(Matcher::matches)
                            .filter(file -> isFinished(file.group(3)))
                            .map(file -> new CheckpointFile(
                                    file.group(3),
                                    Long.parseLong(file.group(1)),
                                    Instant.ofEpochSecond(Long.parseLong(file.group(2)))))
                            .toList());
        } catch (NumberFormatException e) {
            throw new DataException("The machine's pulse cannot be read: " + e.getMessage(), "$", e);
        }
    }

    private static boolean isFinished(String name) {
        return !name.endsWith(".part") && !name.endsWith(".tmp") && !name.endsWith(".sending");
    }

    private static Map<String, List<String>> parts(String output) {
        Map<String, List<String>> parts = new LinkedHashMap<>();
        List<String> part = new ArrayList<>();
        for (String line : output.lines().map(String::strip).toList()) {
            Matcher heading = HEADING.matcher(line);
            if (heading.matches()) {
                part = new ArrayList<>();
                parts.put(heading.group(1), part);
            } else if (!line.isEmpty()) {
                part.add(line);
            }
        }
        return parts;
    }

    private static List<String> lines(Map<String, List<String>> parts, String name) {
        return parts.getOrDefault(name, List.of());
    }

    private static String first(Map<String, List<String>> parts, String name) {
        List<String> lines = lines(parts, name);
        return lines.isEmpty() ? "" : lines.get(0);
    }

    /** As of a table, below its heading. */
    private static String last(Map<String, List<String>> parts, String name) {
        List<String> lines = lines(parts, name);
        return lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    }
}

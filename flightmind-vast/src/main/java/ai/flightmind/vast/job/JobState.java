package ai.flightmind.vast.job;

import ai.flightmind.vast.error.DataException;
import java.time.Instant;
import java.util.List;

/** How a job is, as one of its scripts has found. */
public sealed interface JobState {
    /** It was never started in this folder. */
    record Absent() implements JobState {}

    /**
     * It runs.
     *
     * @param pid of the program
     * @param since when it was started, by the machine's clock
     */
    record Running(long pid, Instant since) implements JobState {}

    /**
     * It has ended by itself, or was stopped.
     *
     * @param exitStatus of the program; above 128 for one that a signal ended
     * @param at when, by the machine's clock
     */
    record Exited(int exitStatus, Instant at) implements JobState {
        public boolean succeeded() {
            return exitStatus == 0;
        }
    }

    /**
     * It was started, does not run, and could not say how it ended: the machine was started again, or everything killed.
     *
     * @param since when it was started, by the machine's clock
     */
    record Lost(Instant since) implements JobState {}

    /**
     * The last line that a script of {@link DetachedJob} prints.
     *
     * @throws DataException if there is none, as of a connection that broke
     */
    static JobState parse(String output) {
        List<String> lines = output.lines().map(String::strip).toList();
        String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        String[] words = last.split(" ", -1);
        try {
            return switch (words[0]) {
                case "absent" -> new Absent();
                case "running" -> new Running(Long.parseLong(words[1]), second(words[2]));
                case "exited" -> new Exited(Integer.parseInt(words[1]), second(words[2]));
                case "lost" -> new Lost(second(words[1]));
                default ->
                    throw new DataException(
                            "The job's script said '" + last + "'; its folder may not be writable, or its disk full.",
                            "$",
                            null);
            };
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new DataException("The job's script said '" + last + "'. Ask again.", "$", e);
        }
    }

    private static Instant second(String epochSecond) {
        return Instant.ofEpochSecond(Long.parseLong(epochSecond));
    }
}

package ai.flightmind.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Some {@link TrainingRank} processes that make up a world, started as a launcher would. */
final class Ranks implements AutoCloseable {
    /** What a rank said of a step. */
    record Said(double loss, double gradientNorm, String checksum) {
        static Said parse(String line) {
            String[] words = line.split(" ", -1);
            return new Said(Double.parseDouble(words[1]), Double.parseDouble(words[2]), words[3]);
        }
    }

    private final List<ChildJvm> ranks = new ArrayList<>();

    private Ranks() {}

    static Ranks start(Path folder, int worldSize, String... arguments) {
        int port = freePort();
        Ranks started = new Ranks();
        for (int rank = 0; rank < worldSize; rank++) {
            started.add(folder, environment(rank, worldSize, port), arguments);
        }
        return started;
    }

    static Ranks none() {
        return new Ranks();
    }

    ChildJvm add(Path folder, Map<String, String> environment, String... arguments) {
        Path errors = folder.resolve("stderr-" + System.nanoTime() + ".txt");
        ChildJvm rank = ChildJvm.start("", environment, errors, List.of(), TrainingRank.class, arguments);
        ranks.add(rank);
        return rank;
    }

    static Map<String, String> environment(int rank, int worldSize, int port) {
        return Map.of(
                "RANK", "" + rank,
                "LOCAL_RANK", "" + rank,
                "WORLD_SIZE", "" + worldSize,
                "MASTER_ADDR", "127.0.0.1",
                "MASTER_PORT", "" + port);
    }

    static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    int size() {
        return ranks.size();
    }

    ChildJvm rank(int rank) {
        return ranks.get(rank);
    }

    /** Waits for all; their exit statuses in order. */
    List<Integer> awaitExits() {
        return ranks.stream().map(ChildJvm::awaitExit).toList();
    }

    void kill() {
        ranks.forEach(rank -> ProcessHandle.of(rank.pid()).ifPresent(ProcessHandle::destroyForcibly));
        ranks.forEach(ChildJvm::awaitExit);
    }

    /** What rank 0 said of each step. */
    Map<Long, Said> steps() {
        return steps(0);
    }

    Map<Long, Said> steps(int rank) {
        Map<Long, Said> steps = new TreeMap<>();
        for (String line : rank(rank).lines("step ")) {
            steps.put(Long.parseLong(line.split(" ", -1)[0]), Said.parse(line));
        }
        return steps;
    }

    /** The rows that all ranks together read in each step, in ascending order, as often as they read them. */
    Map<Long, List<Long>> rows() {
        Map<Long, List<Long>> rows = new TreeMap<>();
        for (ChildJvm rank : ranks) {
            for (String line : rank.lines("rows ")) {
                String[] words = line.split(" ", -1);
                rows.computeIfAbsent(Long.parseLong(words[0]), step -> new ArrayList<>())
                        .addAll(Stream.of(words[1].split(","))
                                .map(Long::parseLong)
                                .toList());
            }
        }
        rows.values().forEach(each -> each.sort(null));
        return rows;
    }

    Set<Long> stepsDone() {
        return steps().keySet();
    }

    String describe() {
        StringBuilder all = new StringBuilder();
        ranks.forEach(rank -> all.append(rank.describe()).append('\n'));
        return all.toString();
    }

    @Override
    public void close() {
        ranks.forEach(ChildJvm::close);
    }
}

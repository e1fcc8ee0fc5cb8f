package ai.flightmind.examples.benchmark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** A directory that goes again, with token files of random tokens. */
record Workspace(Path directory) implements AutoCloseable {
    static Workspace create(int rows, int sequenceLength, int vocabSize) throws IOException {
        Workspace workspace = new Workspace(Files.createTempDirectory("flightmind-benchmark"));
        ByteBuffer tokens = ByteBuffer.allocate(Math.multiplyExact(2 * rows, sequenceLength))
                .order(ByteOrder.LITTLE_ENDIAN);
        Random random = new Random(1);
        while (tokens.hasRemaining()) {
            tokens.putShort((short) random.nextInt(Math.min(vocabSize, 1 << 16)));
        }
        Files.write(workspace.directory.resolve("train.bin"), tokens.array());
        Files.write(workspace.directory.resolve("val.bin"), tokens.array());
        return workspace;
    }

    Path checkpoints() {
        return directory.resolve("checkpoints");
    }

    @Override
    public void close() {
        try (Stream<Path> tree = Files.walk(directory)) {
            List<Path> inside = tree.sorted(Comparator.reverseOrder()).toList();
            for (Path path : inside) {
                Files.delete(path);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(directory + " is left over: " + e.getMessage(), e);
        }
    }
}

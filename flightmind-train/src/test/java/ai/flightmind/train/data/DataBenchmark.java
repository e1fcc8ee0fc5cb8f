package ai.flightmind.train.data;

import static ai.flightmind.model.Seed.seed;

import ai.flightmind.model.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.bytedeco.javacpp.PointerScope;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** What a micro-batch of 8 rows of 2,048 tokens costs before a model sees it, its file in the machine's cache. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@SuppressWarnings("NullAway.Init") // by the set-up
public class DataBenchmark {
    private static final int MICRO_BATCH = 8;
    private static final int STEP = 256;
    private static final int LENGTH = 2_048;
    private static final int ROWS = 4_096;

    private Path file;
    private TokenFile tokens;
    private final SampleOrder order = new SampleOrder(ROWS, seed(42));
    private long position;

    @Setup
    public void write() throws IOException {
        byte[] bytes = new byte[2 * ROWS * LENGTH];
        new Random(1).nextBytes(bytes);
        file = Files.createTempFile("flightmind", ".bin");
        Files.write(file, bytes);
        tokens = TokenFile.open(file);
    }

    @TearDown
    public void delete() throws IOException {
        tokens.close();
        Files.delete(file);
    }

    /** Which rows a step of 524,288 tokens reads. */
    @Benchmark
    public long[] orderOfAStep() {
        position += STEP;
        return order.rows(position, STEP);
    }

    /** From the mapped file to int64. */
    @Benchmark
    public long rowsOfAMicroBatch() {
        position += MICRO_BATCH;
        try (PointerScope scope = new PointerScope()) {
            return tokens.rows(order.rows(position, MICRO_BATCH), LENGTH).numel();
        }
    }

    /** All of it: rows, inputs and targets. */
    @Benchmark
    public long batch() {
        position += MICRO_BATCH;
        try (PointerScope scope = new PointerScope()) {
            return Batch.ofRows(tokens.rows(order.rows(position, MICRO_BATCH), LENGTH), Device.cpu())
                    .targets()
                    .numel();
        }
    }
}

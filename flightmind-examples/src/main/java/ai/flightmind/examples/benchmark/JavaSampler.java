package ai.flightmind.examples.benchmark;

import ai.flightmind.model.libtorch.Lanes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import jdk.jfr.FlightRecorder;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * Samples the calling thread and its lanes by Flight Recorder, whose two samplers look every 10 ms: one at threads in Java,
 * the other at a single one in native code. That may be another's turn, such as one that waits on a pipe, so that all its
 * samples count as looks. Of several lanes each one in Java counts as if all were.
 */
final class JavaSampler implements AutoCloseable {
    private static final String IN_JAVA = "jdk.ExecutionSample";
    private static final String IN_NATIVE = "jdk.NativeMethodSample";
    private static final Duration PERIOD = Duration.ofMillis(10);

    private final long thread = Thread.currentThread().getId();
    private final Recording recording = new Recording();

    private JavaSampler() {
        recording.enable(IN_JAVA).withPeriod(PERIOD);
        recording.enable(IN_NATIVE).withPeriod(PERIOD);
        recording.start();
    }

    /** Whether this Java has Flight Recorder, without which this class cannot even be linked. */
    static boolean available() {
        return ModuleLayer.boot().findModule("jdk.jfr").isPresent();
    }

    static Optional<JavaSampler> start() {
        return FlightRecorder.isAvailable() ? Optional.of(new JavaSampler()) : Optional.empty();
    }

    /** Ends it; empty if there was no sample. */
    Optional<JavaShare> result() throws IOException {
        recording.stop();
        Path file = Files.createTempFile("flightmind-benchmark", ".jfr");
        try {
            recording.dump(file);
            return counted(file);
        } finally {
            Files.delete(file);
        }
    }

    private Optional<JavaShare> counted(Path file) throws IOException {
        long inJava = 0;
        long inNative = 0;
        long anyInNative = 0;
        try (RecordingFile events = new RecordingFile(file)) {
            while (events.hasMoreEvents()) {
                RecordedEvent event = events.readEvent();
                boolean java = event.getEventType().getName().equals(IN_JAVA);
                RecordedThread sampled = event.getThread("sampledThread");
                boolean ours = sampled != null
                        && (sampled.getJavaThreadId() == thread || Lanes.THREAD_NAME.equals(sampled.getJavaName()));
                inJava += java && ours ? 1 : 0;
                inNative += !java && ours ? 1 : 0;
                anyInNative += java ? 0 : 1;
            }
        }
        long samples = Math.max(inJava + inNative, anyInNative);
        return samples == 0 ? Optional.empty() : Optional.of(new JavaShare(inJava, samples));
    }

    @Override
    public void close() {
        recording.close();
    }
}

package ai.flightmind.train.tensorboard;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tensorflow.framework.Summary;
import org.tensorflow.hadoop.util.TFRecordReader;
import org.tensorflow.util.Event;
import org.tensorflow.util.SessionLog.SessionStatus;

/** Reads a directory of event files with TensorFlow's own classes, which check both checksums of each record. */
public final class TensorFlowReader {
    private TensorFlowReader() {}

    /** In the order in which TensorBoard takes them: file after file, by name. */
    public static List<Event> events(Path directory) throws IOException {
        List<Event> events = new ArrayList<>();
        for (Path file : files(directory)) {
            try (InputStream in = Files.newInputStream(file)) {
                TFRecordReader records = new TFRecordReader(in, true);
                for (byte[] record = records.read(); record != null; record = records.read()) {
                    events.add(Event.parseFrom(record));
                }
            }
        }
        return events;
    }

    static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().contains("tfevents"))
                    .sorted()
                    .toList();
        }
    }

    /** By step; fails if a step of the tag is there twice, or after a later one. */
    public static Map<Long, Float> scalars(Path directory, String tag) throws IOException {
        TreeMap<Long, Float> scalars = new TreeMap<>();
        for (Event event : events(directory)) {
            for (Summary.Value value : event.getSummary().getValueList()) {
                if (value.getTag().equals(tag)) {
                    if (!scalars.isEmpty() && event.getStep() <= scalars.lastKey()) {
                        throw new AssertionError("step " + event.getStep() + " after " + scalars.lastKey());
                    }
                    scalars.put(event.getStep(), value.getSimpleValue());
                }
            }
        }
        return scalars;
    }

    /** The steps at which processes began. */
    static List<Long> sessionStarts(Path directory) throws IOException {
        return events(directory).stream()
                .filter(event -> event.getSessionLog().getStatus() == SessionStatus.START)
                .map(Event::getStep)
                .toList();
    }
}

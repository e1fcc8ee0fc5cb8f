package ai.flightmind.train;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** What a test of several processes has at hand: a folder, and the tiny data in it. */
abstract class TinyData {
    @TempDir
    Path folder;

    /** The argument that points a {@link TrainingRank} there. */
    String data = "";

    @BeforeEach
    final void writeData() {
        TinyRun.write(folder.resolve("data"), TinyRun.TRAIN_ROWS);
        data = "data=" + folder.resolve("data");
    }
}

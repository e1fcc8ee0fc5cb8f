package ai.flightmind.examples;

import ai.flightmind.train.prepare.PrepareProgress;
import ai.flightmind.train.prepare.PrepareProgress.Stage;
import ai.flightmind.train.progress.LiveLine;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A live line for each stage of a preparation. */
final class PrepareConsole implements Consumer<PrepareProgress>, AutoCloseable {
    private @Nullable Stage stage;
    private @Nullable LiveLine line;
    private long tokensBefore = -1;
    private long tokens;

    @Override
    public void accept(PrepareProgress progress) {
        if (tokensBefore < 0) {
            tokensBefore = progress.tokens();
        }
        tokens = progress.tokens();
        if (progress.stage() != stage) {
            close();
            stage = progress.stage();
            line = line(progress.stage());
        }
        if (line != null) {
            line.at(Math.min(progress.done(), progress.total()), progress.total());
        }
    }

    private static LiveLine line(Stage stage) {
        String name = stage.name().toLowerCase(Locale.ROOT);
        return stage == Stage.TOKENIZING ? LiveLine.bytes(name) : LiveLine.count(name, "rows");
    }

    /** Tokens made while this was watching, not those found. */
    long newTokens() {
        return tokens - Math.max(0, tokensBefore);
    }

    @Override
    public void close() {
        if (line != null) {
            line.close();
            line = null;
        }
    }
}

package ai.flightmind.examples;

import ai.flightmind.train.prepare.PrepareProgress;
import ai.flightmind.train.prepare.PrepareProgress.Stage;
import java.util.Locale;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** One bar for each stage of a preparation. */
final class PrepareProgressBar implements Consumer<PrepareProgress>, AutoCloseable {
    private @Nullable Stage stage;
    private @Nullable ProgressBar bar;
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
            bar = bar(progress);
        }
        if (bar != null) {
            bar.stepTo(Math.min(progress.done(), progress.total()));
            bar.setExtraMessage(String.format(Locale.ROOT, "%,d tokens", tokens));
        }
    }

    private static ProgressBar bar(PrepareProgress progress) {
        ProgressBarBuilder builder = new ProgressBarBuilder()
                .setTaskName(progress.stage().name().toLowerCase(Locale.ROOT))
                .setInitialMax(progress.total())
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(1_000)
                .setMaxRenderedLength(110);
        return progress.stage() == Stage.TOKENIZING
                ? builder.setUnit(" MB", 1_000_000).build()
                : builder.build();
    }

    /** Tokens made while this was watching, not those found. */
    long newTokens() {
        return tokens - Math.max(0, tokensBefore);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}

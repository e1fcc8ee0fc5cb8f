package ai.flightmind.examples;

import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** One bar for a run, with the newest losses behind it. */
final class TrainingProgressBar implements TrainingCallback {
    private @Nullable ProgressBar bar;
    private OptionalDouble validationLoss = OptionalDouble.empty();

    @Override
    public void onStart(RunStart start) {
        bar = new ProgressBarBuilder()
                .setTaskName("training")
                .setInitialMax(start.maxSteps())
                .startsFrom(start.firstStep(), Duration.ZERO)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(1_000)
                .setMaxRenderedLength(110)
                .build();
    }

    @Override
    public void onStep(Step step, StopRequest stop) {
        if (step.validationLoss().isPresent()) {
            validationLoss = step.validationLoss();
        }
        if (bar != null) {
            String validation = validationLoss.isPresent()
                    ? String.format(Locale.ROOT, ", val %.3f", validationLoss.getAsDouble())
                    : "";
            bar.stepTo(step.step() + 1);
            bar.setExtraMessage(String.format(
                    Locale.ROOT, "loss %.3f%s, %,.0f tok/s", step.loss(), validation, step.averageTokensPerSecond()));
        }
    }

    @Override
    public void onEnd(TrainingResult result) {
        close();
    }

    @Override
    public void onError(Throwable error) {
        close();
    }

    private void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}

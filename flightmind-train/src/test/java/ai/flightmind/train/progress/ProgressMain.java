package ai.flightmind.train.progress;

import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.Told;
import java.util.Optional;

/** Three steps to whatever standard output is. */
final class ProgressMain {
    private ProgressMain() {}

    public static void main(String[] args) {
        LiveProgress progress = new LiveProgress();
        progress.onStart(Told.start(0, 3, Optional.empty()));
        for (long step = 0; step < 3; step++) {
            progress.onStep(Told.step(step).maxSteps(3).build(), new StopRequest());
        }
        progress.onError(new IllegalStateException("the end"));
    }
}

package ai.flightmind.train.callback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EarlyStoppingTest {
    private final EarlyStopping stopping = new EarlyStopping(2);
    private final StopRequest stop = new StopRequest();
    private long step;

    private void evaluated(boolean best) {
        stopping.onEvaluation(new Evaluation(step++, 3.0, best, 20, Duration.ZERO), stop);
    }

    @Test
    void aNewLowBeginsTheCountAgain() {
        evaluated(true);
        evaluated(false);
        evaluated(true);
        evaluated(false);

        assertThat(stop.reason()).isEmpty();
    }

    @Test
    void itAsksToStopWhenPatienceIsOver() {
        evaluated(true);
        evaluated(false);
        evaluated(false);

        assertThat(stop.reason()).hasValueSatisfying(why -> assertThat(why).contains("2 evaluations", "step 2"));
    }

    @Test
    void withoutPatienceThereIsNone() {
        assertThatThrownBy(() -> new EarlyStopping(0)).hasMessageContaining("patience");
    }
}

package ai.flightmind.vast.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.error.CancelledException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class BackgroundTest {
    private final Background background = new Background();

    @AfterEach
    void close() {
        background.close();
    }

    @Test
    void whatComesOutOfACancelledFutureIsGivenBack() throws Exception {
        CountDownLatch working = new CountDownLatch(1);
        CompletableFuture<String> given = new CompletableFuture<>();
        CountDownLatch never = new CountDownLatch(1);
        CompletableFuture<String> future = background.start(
                () -> {
                    working.countDown();
                    try {
                        never.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                    return "rented";
                },
                value -> given.complete(value + Thread.currentThread().isInterrupted()));
        working.await();

        future.cancel(true);

        assertThat(given.get(10, TimeUnit.SECONDS)).isEqualTo("rentedfalse");
    }

    @Test
    void whatMustBeFinishedIsFinishedThoughTheCallerIsInterrupted() {
        Thread.currentThread().interrupt();

        String done =
                background.uninterrupted(() -> "done" + Thread.currentThread().isInterrupted());

        assertThat(done).isEqualTo("donefalse");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void anInterruptedCallerDoesNotWaitForEver() {
        CountDownLatch interrupted = new CountDownLatch(1);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> background.finish(
                        () -> {
                            try {
                                return new CountDownLatch(1).await(20, TimeUnit.SECONDS);
                            } catch (InterruptedException e) {
                                interrupted.countDown();
                                return false;
                            }
                        },
                        Duration.ofMillis(50)))
                .isInstanceOf(CancelledException.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThatCode(interrupted::await).doesNotThrowAnyException();
    }

    @Test
    void failuresComeThroughAsTheyAre() {
        assertThatThrownBy(() -> background.uninterrupted(() -> {
                    throw new IllegalArgumentException("so");
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("so");
    }

    @Test
    void nothingStartsAfterClosing() {
        background.close();

        assertThatThrownBy(() -> background.start(() -> "x")).isInstanceOf(CancelledException.class);
    }
}

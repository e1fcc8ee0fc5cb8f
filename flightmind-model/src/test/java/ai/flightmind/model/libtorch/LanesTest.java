package ai.flightmind.model.libtorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class LanesTest {
    private record Given(int lane, int threads, AtomicInteger closed) implements AutoCloseable {
        @Override
        public void close() {
            closed.incrementAndGet();
        }
    }

    private final AtomicInteger closed = new AtomicInteger();

    @Test
    void eachHasOneCoreAndAllRunAtOnceAndTheCallersThreadsStay() {
        int before = Libtorch.threads();
        Libtorch.setThreads(2);
        try (Lanes lanes = Lanes.of(3)) {
            CyclicBarrier together = new CyclicBarrier(3);
            Set<Thread> threads = ConcurrentHashMap.newKeySet();

            assertThat(lanes.run(lane -> {
                        meet(together);
                        threads.add(Thread.currentThread());
                        return new Given(lane, Libtorch.threads(), closed);
                    }))
                    .containsExactly(new Given(0, 1, closed), new Given(1, 1, closed), new Given(2, 1, closed));
            assertThat(threads).hasSize(3).doesNotContain(Thread.currentThread());
            assertThat(Libtorch.threads()).isEqualTo(2);
        } finally {
            Libtorch.setThreads(before);
        }
    }

    @Test
    void whatOneFailsWithIsToldAndWhatTheOthersHaveGivenIsClosed() {
        try (Lanes lanes = Lanes.of(2)) {
            assertThatThrownBy(() -> lanes.run(lane -> {
                        if (lane == 0) {
                            throw new IllegalStateException("no memory");
                        }
                        return new Given(lane, 1, closed);
                    }))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("no memory");
            assertThat(closed).hasValue(1);
            assertThat(lanes.run(lane -> new Given(lane, 1, closed))).hasSize(2);
        }
    }

    @Test
    void anInterruptWaitsForThemAndIsKept() {
        try (Lanes lanes = Lanes.of(2)) {
            Thread.currentThread().interrupt();

            assertThat(lanes.run(lane -> new Given(lane, 1, closed))).hasSize(2);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    private static void meet(CyclicBarrier barrier) {
        try {
            barrier.await();
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException(e);
        }
    }
}

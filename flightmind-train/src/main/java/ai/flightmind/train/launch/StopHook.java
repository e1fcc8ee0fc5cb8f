package ai.flightmind.train.launch;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Makes SIGTERM and Ctrl-C stop the launch. The JVM exits when its hooks return, so this one returns when no rank is
 * left, or when that takes longer than it may.
 */
final class StopHook implements AutoCloseable {
    private final Runnable stop;
    private final Runnable kill;
    private final Duration patience;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stopAndWait, "flightmind-launch-stop");

    private StopHook(Runnable stop, Runnable kill, Duration patience) {
        this.stop = stop;
        this.kill = kill;
        this.patience = patience;
    }

    /**
     * Installs it, until it is closed.
     *
     * @param stop asks for the stop
     * @param kill what to do when the stop takes longer than {@code patience}
     */
    static StopHook install(Runnable stop, Runnable kill, Duration patience) {
        StopHook installed = new StopHook(stop, kill, patience);
        Runtime.getRuntime().addShutdownHook(installed.hook);
        return installed;
    }

    private void stopAndWait() {
        stop.run();
        try {
            if (!ended.await(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                kill.run();
            }
        } catch (InterruptedException e) {
            kill.run();
        }
    }

    @Override
    public void close() {
        ended.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyShuttingDown) {
            // The hook is running and has just been let go.
        }
    }
}

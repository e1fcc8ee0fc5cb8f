package ai.flightmind.train;

import ai.flightmind.train.callback.StopRequest;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Makes SIGTERM and Ctrl-C end a run well. The JVM runs its hooks on either and exits when they return, so this one asks
 * for the stop and returns only when the run has saved and its owner has closed the trainer.
 */
final class StopOnShutdown implements AutoCloseable {
    private static final long CLOSE_GRACE_SECONDS = 10;

    private final StopRequest stop;
    private final Thread trainingThread = Thread.currentThread();
    private final CountDownLatch runEnded = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread hook = new Thread(this::stopAndWait, "flightmind-stop");

    private StopOnShutdown(StopRequest stop) {
        this.stop = stop;
    }

    static StopOnShutdown install(StopRequest stop) {
        StopOnShutdown installed = new StopOnShutdown(stop);
        Runtime.getRuntime().addShutdownHook(installed.hook);
        return installed;
    }

    private void stopAndWait() {
        stop.request("the process was asked to end");
        if (trainingThreadIsExiting()) {
            return;
        }
        try {
            runEnded.await();
            // What the program does with the result, such as printing it, should not be cut off.
            boolean ignored = closed.await(CLOSE_GRACE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A callback that calls System.exit waits for this hook, so this hook must not wait for the callback. */
    private boolean trainingThreadIsExiting() {
        return Arrays.stream(trainingThread.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals("java.lang.Shutdown"));
    }

    void runEnded() {
        runEnded.countDown();
    }

    @Override
    public void close() {
        runEnded.countDown();
        closed.countDown();
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException alreadyShuttingDown) {
            // The hook is running and has just been let go.
        }
    }
}

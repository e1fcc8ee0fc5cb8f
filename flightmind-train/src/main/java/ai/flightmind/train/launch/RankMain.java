package ai.flightmind.train.launch;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * The main class of every rank: calls the program's, and ends the process when the launcher is gone. Standard input is a
 * pipe on which nothing is ever written; the system closes it when the launcher ends, however it ends.
 */
final class RankMain {
    /** The system property with how long the program's shutdown hooks may take then, in milliseconds. */
    static final String STOP_GRACE = "flightmind.launch.stopGraceMillis";

    private static final Duration DESCENDANTS_GRACE = Duration.ofSeconds(5);

    private RankMain() {}

    /** Arguments: the program's main class, and its arguments. */
    @SuppressWarnings("SystemExitOutsideMain")
    public static void main(String[] args) {
        watch(System.in);
        System.setIn(InputStream.nullInputStream());
        try {
            MethodHandle program = mainMethod(args[0]);
            program.invokeExact(Arrays.copyOfRange(args, 1, args.length));
        } catch (Throwable thrown) {
            Thread thread = Thread.currentThread();
            thread.getUncaughtExceptionHandler().uncaughtException(thread, thrown);
            // Other threads of a program that failed would keep the process, and so all ranks, waiting.
            System.exit(1);
        }
    }

    /**
     * The {@code main} of a class, found as {@code java} does; the class is not initialised.
     *
     * @throws ClassNotFoundException if there is no such class
     * @throws NoSuchMethodException if it has no such method
     */
    static MethodHandle mainMethod(String className)
            throws ClassNotFoundException, NoSuchMethodException, IllegalAccessException {
        Class<?> type = Class.forName(className, false, ClassLoader.getSystemClassLoader());
        Method main = type.getMethod("main", String[].class);
        if (!Modifier.isStatic(main.getModifiers()) || main.getReturnType() != void.class) {
            throw new NoSuchMethodException("main of " + className + " is not static, or not void");
        }
        main.setAccessible(true);
        return MethodHandles.lookup().unreflect(main);
    }

    private static void watch(InputStream launcher) {
        Thread watching = new Thread(
                () -> {
                    awaitEnd(launcher);
                    end();
                },
                "flightmind-launcher-watch");
        watching.setDaemon(true);
        watching.start();
    }

    private static void awaitEnd(InputStream launcher) {
        try {
            launcher.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            System.err.println("The pipe to the launcher broke: " + e.getMessage());
        }
    }

    @SuppressWarnings("SystemExitOutsideMain")
    private static void end() {
        System.err.println("The launcher has ended, so this rank ends.");
        List<ProcessHandle> descendants = ProcessHandle.current().descendants().toList();
        descendants.forEach(ProcessHandle::destroy);
        Thread halting = new Thread(() -> haltLater(descendants), "flightmind-halt");
        halting.setDaemon(true);
        halting.start();
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> kill(descendants), "flightmind-descendants"));
        } catch (IllegalStateException alreadyEnding) {
            kill(descendants);
        }
        System.exit(ExitStatus.ofTerminated());
    }

    private static void kill(List<ProcessHandle> descendants) {
        if (!Leftovers.awaitEnd(descendants, DESCENDANTS_GRACE)) {
            descendants.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static void haltLater(List<ProcessHandle> descendants) {
        long graceMillis = Long.getLong(STOP_GRACE, 0);
        long deadline = System.nanoTime() + Duration.ofMillis(graceMillis).toNanos();
        while (System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(deadline - System.nanoTime());
        }
        descendants.forEach(ProcessHandle::destroyForcibly);
        Runtime.getRuntime().halt(ExitStatus.ofTerminated());
    }
}

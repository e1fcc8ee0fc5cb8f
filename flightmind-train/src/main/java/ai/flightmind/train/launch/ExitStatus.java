package ai.flightmind.train.launch;

import java.util.Map;

/** Says in words how a process ended. */
final class ExitStatus {
    static final int SUCCESS = 0;
    /** What command lines are refused with; starting again would not help. */
    static final int WRONG_COMMAND_LINE = 2;

    /** On Unix a process that a signal ended has this and the signal's number, and so has a JVM that obeyed one. */
    private static final int SIGNALLED = 128;

    private static final int HANG_UP = 1;
    private static final int INTERRUPT = 2;
    private static final int KILL = 9;
    private static final int TERMINATE = 15;
    private static final Map<Integer, String> SIGNALS = Map.ofEntries(
            Map.entry(HANG_UP, "SIGHUP"),
            Map.entry(INTERRUPT, "SIGINT"),
            Map.entry(3, "SIGQUIT"),
            Map.entry(4, "SIGILL"),
            Map.entry(5, "SIGTRAP"),
            Map.entry(6, "SIGABRT"),
            Map.entry(7, "SIGBUS"),
            Map.entry(8, "SIGFPE"),
            Map.entry(KILL, "SIGKILL"),
            Map.entry(11, "SIGSEGV"),
            Map.entry(13, "SIGPIPE"),
            Map.entry(14, "SIGALRM"),
            Map.entry(TERMINATE, "SIGTERM"),
            Map.entry(24, "SIGXCPU"),
            Map.entry(25, "SIGXFSZ"),
            Map.entry(31, "SIGSYS"));

    private ExitStatus() {}

    static String describe(int exitCode) {
        int signal = exitCode - SIGNALLED;
        String name = SIGNALS.get(signal);
        if (name == null) {
            return "exited with " + exitCode;
        }
        String hint = signal == KILL ? ", as the system does when memory runs out" : "";
        return "was killed by " + name + " (" + signal + ")" + hint;
    }

    /** Whether it obeyed a request to end, which a terminal or a service manager may have sent to this process too. */
    static boolean isRequested(int exitCode) {
        int signal = exitCode - SIGNALLED;
        return signal == HANG_UP || signal == INTERRUPT || signal == TERMINATE;
    }

    /** What a process that ends because its launcher did exits with. */
    static int ofTerminated() {
        return SIGNALLED + TERMINATE;
    }
}

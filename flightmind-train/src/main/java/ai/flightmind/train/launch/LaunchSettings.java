package ai.flightmind.train.launch;

import ai.flightmind.train.launch.control.HostPort;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What {@link Launcher.Builder} was told, checked. */
record LaunchSettings(
        String mainClass,
        List<String> arguments,
        List<String> jvmOptions,
        Map<String, String> environment,
        int processesPerNode,
        int nodes,
        int nodeRank,
        @Nullable HostPort master,
        int maxRestarts,
        Path logDirectory,
        Duration stopGrace,
        Duration killGrace,
        Duration restartDelay,
        Duration rendezvousTimeout,
        Duration nodeTimeout,
        OutputStream out,
        PrintStream err,
        Starter starter) {

    /** Starts a process; another one in tests of what happens when that fails. */
    interface Starter {
        Process start(ProcessBuilder process) throws IOException;
    }

    LaunchSettings {
        arguments = List.copyOf(arguments);
        jvmOptions = List.copyOf(jvmOptions);
        environment = Map.copyOf(environment);
    }

    int rank(int localRank) {
        return nodeRank * processesPerNode + localRank;
    }

    /** Where the launchers of several nodes meet. */
    HostPort meetingPoint() {
        if (master == null) {
            throw new IllegalStateException("One node meets nobody");
        }
        return master;
    }
}

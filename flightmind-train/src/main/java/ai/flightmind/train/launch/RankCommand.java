package ai.flightmind.train.launch;

import ai.flightmind.train.launch.control.Message;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The command line and environment of a rank. */
final class RankCommand {
    /** A debugger or JMX server of the launcher has its port, which no rank could have too. */
    private static final List<String> NOT_PASSED_ON = List.of(
            "-agentlib:jdwp",
            "-Xrunjdwp",
            "-Dcom.sun.management.jmxremote.port=",
            "-Dcom.sun.management.jmxremote.rmi.port=");

    /** They are among this JVM's options already. */
    private static final List<String> VARIABLES_OF_OPTIONS =
            List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private static final String PROCESSORS = "-XX:ActiveProcessorCount=";

    private RankCommand() {}

    /**
     * Everything but the redirections.
     *
     * @param masterHost the ranks' own
     * @param mark see {@link Leftovers#MARK}
     */
    static ProcessBuilder of(
            LaunchSettings settings, Message.Start start, String masterHost, int localRank, String mark) {
        ProcessBuilder process = new ProcessBuilder(command(settings));
        Map<String, String> environment = process.environment();
        VARIABLES_OF_OPTIONS.forEach(environment::remove);
        environment.remove("TORCHELASTIC_USE_AGENT_STORE");
        environment.put("RANK", "" + settings.rank(localRank));
        environment.put("LOCAL_RANK", "" + localRank);
        environment.put("WORLD_SIZE", "" + settings.nodes() * settings.processesPerNode());
        environment.put("LOCAL_WORLD_SIZE", "" + settings.processesPerNode());
        environment.put("GROUP_RANK", "" + settings.nodeRank());
        environment.put("MASTER_ADDR", masterHost);
        environment.put("MASTER_PORT", "" + start.masterPort());
        environment.put("TORCHELASTIC_RESTART_COUNT", "" + start.attempt());
        environment.put("FLIGHTMIND_LAUNCHED_AT", "" + start.launchedAtMillis());
        environment.put(Leftovers.MARK, mark);
        environment.putIfAbsent("OMP_NUM_THREADS", "" + share(settings));
        // Containers without access to the NVLink switch, as Vast.ai's are, hang with it.
        environment.putIfAbsent("NCCL_NVLS_ENABLE", "0");
        environment.putAll(settings.environment());
        return process;
    }

    private static List<String> command(LaunchSettings settings) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        List<String> options = Stream.concat(
                        ManagementFactory.getRuntimeMXBean().getInputArguments().stream(),
                        settings.jvmOptions().stream())
                .filter(option -> NOT_PASSED_ON.stream().noneMatch(option::startsWith))
                .toList();
        command.addAll(options);
        if (options.stream().noneMatch(option -> option.startsWith(PROCESSORS))) {
            command.add(PROCESSORS + share(settings));
        }
        command.add("-D" + RankMain.STOP_GRACE + "=" + settings.stopGrace().toMillis());
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(RankMain.class.getName());
        command.add(settings.mainClass());
        command.addAll(settings.arguments());
        return command;
    }

    /** A rank's share of the cores. */
    private static int share(LaunchSettings settings) {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / settings.processesPerNode());
    }
}

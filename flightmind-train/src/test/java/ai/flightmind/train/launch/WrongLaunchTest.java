package ai.flightmind.train.launch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.train.error.LaunchException;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is wrong before anything starts is said before anything starts. */
class WrongLaunchTest extends Scene {
    private static void assertRefused(ThrowingCallable build, String... messageParts) {
        assertThatThrownBy(build).isInstanceOf(IllegalArgumentException.class).hasMessageContainingAll(messageParts);
    }

    /** Fails when it is initialised, which the launcher must not do. */
    static final class Uninitialisable {
        static {
            if (true) {
                throw new IllegalStateException("initialised");
            }
        }

        private Uninitialisable() {}

        public static void main(String[] args) {}
    }

    static final class InstanceMain {
        @SuppressWarnings("IncorrectMainMethod")
        public void main(String[] args) {}
    }

    @Test
    void anUnknownMainClass() {
        assertRefused(() -> launcher().mainClass("no.such.Program").build(), "mainClass", "no.such.Program");
    }

    @Test
    void aMainClassWithoutMain() {
        assertRefused(() -> launcher().mainClass(Path.class).build(), "java.nio.file.Path", "public static void main");
        assertRefused(() -> launcher().mainClass(InstanceMain.class).build(), "public static void main");
    }

    @Test
    void noMainClass() {
        assertRefused(() -> Launcher.builder().build(), "mainClass", "required");
    }

    @Test
    void theMainClassIsInitialisedInTheRanksOnly() {
        Launcher launcher = launcher().mainClass(Uninitialisable.class).build();

        assertThatThrownBy(launcher::run).isInstanceOf(LaunchException.class).hasMessageContaining("exited with 1");
        assertThat(errors()).contains("ExceptionInInitializerError", "initialised");
    }

    @Test
    void numbersOutOfRange() {
        assertRefused(() -> launcher().processesPerNode(0).build(), "processesPerNode", "0");
        assertRefused(() -> launcher().nodes(0).build(), "nodes", "0");
        assertRefused(() -> launcher().nodes(2).nodeRank(2).master("h:1").build(), "nodeRank", "2");
        assertRefused(() -> launcher().nodeRank(-1).build(), "nodeRank", "-1");
        assertRefused(() -> launcher().maxRestarts(-1).build(), "maxRestarts", "-1");
        assertRefused(() -> launcher().stopGrace(Duration.ZERO).build(), "stopGrace");
        assertRefused(() -> launcher().nodeTimeout(Duration.ofSeconds(1)).build(), "nodeTimeout");
    }

    @Test
    void severalNodesWithoutAMaster() {
        assertRefused(() -> launcher().nodes(2).build(), "master", "2 nodes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:", ":29400", "host:0", "host:65536", "host:x", "::1:29400", "[]:1"})
    void aMalformedMaster(String hostPort) {
        assertRefused(() -> launcher().master(hostPort), "master", hostPort);
    }

    @Test
    void aLogDirectoryThatCannotBeWrittenTo() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThatThrownBy(() -> launcher("pid=" + signs)
                        .logDirectory(file.resolve("logs"))
                        .build()
                        .run())
                .isInstanceOf(LaunchException.class)
                .hasMessageContainingAll(file.toString(), "--log-dir");
        assertThat(hasSign("pid-r0a0")).isFalse();
    }

    @Test
    void aMasterPortInUse() throws IOException {
        try (ServerSocket taken = new ServerSocket(0)) {
            String master = "127.0.0.1:" + taken.getLocalPort();

            assertThatThrownBy(() ->
                            launcher("pid=" + signs).master(master).build().run())
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContainingAll("" + taken.getLocalPort(), "--master");
            assertThatThrownBy(() -> launcher("pid=" + signs)
                            .nodes(2)
                            .master(master)
                            .build()
                            .run())
                    .isInstanceOf(LaunchException.class)
                    .hasMessageContainingAll("" + taken.getLocalPort(), "--master");
        }
        assertThat(hasSign("pid-r0a0")).isFalse();
    }

    @Test
    void aMasterPortGivenForOneNodeIsTheRanks() throws IOException {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        launcher("env", "meet")
                .processesPerNode(2)
                .master("localhost:" + port)
                .build()
                .run();

        assertThat(printed().lines()).contains("MASTER_ADDR=localhost", "MASTER_PORT=" + port, "all have met");
    }
}

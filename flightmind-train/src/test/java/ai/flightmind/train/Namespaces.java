package ai.flightmind.train;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Two hosts on one machine: network namespaces that a cable joins, which can be pulled. Needs root and iproute2. */
final class Namespaces implements AutoCloseable {
    private final String first = "fm" + ProcessHandle.current().pid() + "a";
    private final String second = "fm" + ProcessHandle.current().pid() + "b";

    /** The address of the first host, as seen from both. */
    static final String FIRST_ADDRESS = "10.213.77.1";

    Namespaces() {
        run("ip netns add " + first);
        run("ip netns add " + second);
        run("ip link add " + first + " netns " + first + " type veth peer name " + second + " netns " + second);
        up(first, FIRST_ADDRESS);
        up(second, "10.213.77.2");
    }

    private static void up(String name, String address) {
        run("ip -n " + name + " addr add " + address + "/24 dev " + name);
        run("ip -n " + name + " link set lo up");
        run("ip -n " + name + " link set " + name + " up");
    }

    static boolean canBeMade() {
        try (Namespaces made = new Namespaces()) {
            return !made.first.isEmpty();
        } catch (UncheckedIOException | IllegalStateException e) {
            return false;
        }
    }

    /** What a command line begins with that is to run on a host. */
    String on(int host) {
        return "exec ip netns exec " + (host == 0 ? first : second);
    }

    void pullCable() {
        run("ip -n " + second + " link set " + second + " down");
    }

    void plugCableIn() {
        run("ip -n " + second + " link set " + second + " up");
    }

    private static void run(String command) {
        try {
            Process process = new ProcessBuilder(List.of(command.split(" ", -1)))
                    .redirectErrorStream(true)
                    .start();
            String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new IllegalStateException(command + ": " + said);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new UncheckedIOException(new InterruptedIOException());
        }
    }

    @Override
    public void close() {
        run("ip netns del " + first);
        run("ip netns del " + second);
    }
}

package ai.flightmind.vast.fake.host;

import ai.flightmind.vast.fake.FakeInstance;
import ai.flightmind.vast.fake.FakeOffer;
import ai.flightmind.vast.fake.Host;
import ai.flightmind.vast.http.Timeline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.forward.AcceptAllForwardingFilter;
import org.jspecify.annotations.Nullable;

/**
 * A machine for one instance at a time: a directory as its home, this machine's commands, and an SSH server that lets the
 * key in while the instance is up. When the instance is stopped or destroyed, everything that was started there is killed.
 * Thread-safe.
 */
public final class PretendHost implements Host, AutoCloseable {
    private final Path folder;
    private final FakeOffer offer;
    private final Timeline time;
    private final int speed;
    private final PublicKey welcome;
    private final SshServer server = SshServer.setUpDefaultServer();
    private final MarkedProcesses processes;
    private volatile boolean gpuMissing;
    private volatile boolean silent;
    private volatile @Nullable String otherGpu;
    private @Nullable Running running;

    /** What is there of the instance now. */
    private record Running(FakeInstance instance, Path home, Path sockets, boolean on) {}

    /**
     * A machine that is off.
     *
     * @param folder for its instances' files
     * @param offer whose instances it is for, wherever that says that they are reached
     * @param speed of the time, for what sleeps on the machine
     * @param mark how its processes are known
     * @param welcome the key that may log in
     */
    public PretendHost(Path folder, FakeOffer offer, Timeline time, int speed, String mark, PublicKey welcome) {
        if (!MarkedProcesses.canBeFound()) {
            throw new IllegalStateException("Pretend machines need Linux, whose /proc tells which processes are theirs."
                    + " On another system, rehearse in a container or a virtual machine.");
        }
        this.folder = folder;
        this.offer = offer;
        this.time = time;
        this.speed = speed;
        this.processes = new MarkedProcesses(mark + "-" + offer.id());
        this.welcome = welcome;
        try {
            start();
        } catch (IOException e) {
            throw new UncheckedIOException("The pretend machine's SSH server cannot start.", e);
        }
    }

    private void start() throws IOException {
        server.setHost("127.0.0.1");
        server.setPort(0);
        server.setKeyPairProvider(KeyPairProvider.wrap(SshKeyFile.newKey()));
        server.setPublickeyAuthenticator((user, key, session) -> isEntered() && KeyUtils.compareKeys(welcome, key));
        server.setForwardingFilter(AcceptAllForwardingFilter.INSTANCE);
        server.setCommandFactory((channel, command) -> command(command));
        server.addSessionListener(new SessionListener() {
            @Override
            public void sessionCreated(Session session) {
                if (!isEntered()) {
                    session.close(true);
                }
            }
        });
        server.start();
    }

    /** The variable that holds the mark. */
    public static String markName() {
        return MarkedProcesses.NAME;
    }

    /** The offer, reached here. */
    public FakeOffer offer() {
        return offer.sshAt("127.0.0.1", server.getPort());
    }

    /** The instance's home directory, whether it is on or not; empty if there is no instance. */
    public synchronized Optional<Path> home() {
        return running == null ? Optional.empty() : Optional.of(running.home());
    }

    /** Whether it may be entered. */
    public synchronized boolean isUp() {
        Running now = running;
        return now != null && now.on() && now.instance().isUp(time.now());
    }

    private boolean isEntered() {
        return !silent && isUp();
    }

    /** From now on nobody gets in, whatever the service says of it. */
    public void goSilent() {
        silent = true;
        cut();
    }

    /** Every line to it breaks. */
    public void cut() {
        server.getActiveSessions().forEach(session -> session.close(true));
    }

    /** From now on its disk is full. */
    public void fillDisk() {
        flag(StandIns.DISK_FULL);
    }

    /** From now on its GPUs seem to have nothing to do. */
    public void idleGpus() {
        flag(StandIns.GPUS_IDLE);
    }

    /** From the next instance on, one GPU does not answer. */
    public void loseGpu() {
        gpuMissing = true;
    }

    /** From the next instance on, its GPUs are of another kind than the offer says. */
    public void swapGpus(String gpuName) {
        otherGpu = gpuName;
    }

    /** The next file that is read from it, for a download or a comparison, comes out wrong. */
    public void damageNextRead() {
        inHome(home -> StandIns.damageNextRead(home.resolve(".bin")));
    }

    private void flag(String name) {
        inHome(home -> Files.writeString(home.resolve(name), ""));
    }

    private interface Change {
        void to(Path home) throws IOException;
    }

    private void inHome(Change change) {
        home().ifPresent(home -> {
            try {
                change.to(home);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Override
    public synchronized void boot(FakeInstance instance) {
        try {
            Running before = running;
            if (before != null && before.instance() != instance) {
                throw new IllegalStateException("Its last instance was not destroyed");
            }
            Path home = folder.resolve("instance-" + instance.id());
            Files.createDirectories(home);
            String gpuName = otherGpu == null ? offer.gpuName() : otherGpu;
            StandIns.write(home.resolve(".bin"), offer, gpuName, instance, speed);
            if (gpuMissing) {
                Files.writeString(home.resolve(StandIns.GPU_MISSING), "");
            }
            // A socket's path is short.
            Path sockets = before == null ? Files.createTempDirectory("fm") : before.sockets();
            running = new Running(instance, home, sockets, true);
            if (!instance.onstart().isEmpty()) {
                ProcessBuilder onstart = new ProcessBuilder("setsid", "/bin/sh", "-c", instance.onstart());
                onstart.directory(home.toFile()).environment().clear();
                onstart.environment().putAll(environment(running));
                onstart.redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public synchronized void halt(FakeInstance instance) {
        Running now = running;
        if (now != null && now.instance() == instance) {
            running = new Running(instance, now.home(), now.sockets(), false);
            processes.kill();
            cut();
        }
    }

    @Override
    public synchronized void wipe(FakeInstance instance) {
        Running now = running;
        if (now != null && now.instance() == instance) {
            halt(instance);
            running = null;
            delete(now.home());
            delete(now.sockets());
        }
    }

    /** A directory with all that is in it; links are not followed. */
    public static void delete(Path tree) {
        try (Stream<Path> files = Files.walk(tree)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(tree + " cannot be deleted.", e);
        }
    }

    private synchronized LocalCommand command(String text) {
        Running now = running;
        return now == null || !now.on()
                ? new LocalCommand("exit 255")
                : new LocalCommand(text, now.home(), environment(now));
    }

    private Map<String, String> environment(Running now) {
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("HOME", now.home().toString());
        environment.put("PATH", now.home().resolve(".bin") + ":" + System.getenv("PATH"));
        environment.put("USER", "root");
        environment.put("LANG", "C.UTF-8");
        environment.put("TMUX_TMPDIR", now.sockets().toString());
        environment.put("CONTAINER_ID", Long.toString(now.instance().id()));
        environment.put("CONTAINER_API_KEY", now.instance().key());
        // Its ranks train on the CPU, also where this machine has a GPU.
        environment.put("CUDA_VISIBLE_DEVICES", "");
        environment.put(MarkedProcesses.NAME, processes.mark());
        return environment;
    }

    /** Ends everything; the instance's files are left to whoever made the folder. */
    @Override
    public void close() {
        synchronized (this) {
            Running now = running;
            if (now != null) {
                wipe(now.instance());
            }
        }
        try {
            server.stop(true);
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

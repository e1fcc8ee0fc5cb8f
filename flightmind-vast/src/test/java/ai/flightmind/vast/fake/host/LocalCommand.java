package ai.flightmind.vast.fake.host;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.jspecify.annotations.Nullable;

/** Runs a command as sshd does: a session of its own, plain bytes, all of its output before its status. */
public final class LocalCommand implements Command {
    private final String text;
    private final @Nullable Path home;
    private final @Nullable Map<String, String> environment;
    private @Nullable InputStream in;
    private @Nullable OutputStream out;
    private @Nullable OutputStream err;
    private @Nullable ExitCallback exit;
    private volatile @Nullable Process process;

    /** Here, with this process's environment. */
    public LocalCommand(String text) {
        this(text, null, null);
    }

    /** There, with that environment and nothing else. */
    public LocalCommand(String text, @Nullable Path home, @Nullable Map<String, String> environment) {
        this.text = text;
        this.home = home;
        this.environment = environment;
    }

    @Override
    public void setInputStream(InputStream in) {
        this.in = in;
    }

    @Override
    public void setOutputStream(OutputStream out) {
        this.out = out;
    }

    @Override
    public void setErrorStream(OutputStream err) {
        this.err = err;
    }

    @Override
    public void setExitCallback(ExitCallback exit) {
        this.exit = exit;
    }

    @Override
    public void start(ChannelSession channel, Environment unused) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("setsid", "/bin/sh", "-c", text);
        if (home != null && environment != null) {
            builder.directory(home.toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
        }
        Process started = builder.start();
        process = started;
        CompletableFuture<Void> unusedInput = thread(() -> copy(in, started.getOutputStream(), true));
        CompletableFuture<Void> output = thread(() -> copy(started.getInputStream(), out, false));
        CompletableFuture<Void> errors = thread(() -> copy(started.getErrorStream(), err, false));
        CompletableFuture<Void> unusedEnd = thread(() -> {
            try {
                output.get();
                errors.get();
                started.waitFor();
                if (exit != null) {
                    exit.onExit(started.exitValue());
                }
            } catch (InterruptedException | ExecutionException e) {
                started.destroyForcibly();
            }
        });
    }

    /** The line is gone: pipes close, as sshd's do; the process itself is asked to end. */
    @Override
    public void destroy(ChannelSession channel) throws Exception {
        Process running = process;
        if (running != null) {
            running.destroy();
            running.waitFor(1, TimeUnit.SECONDS);
            running.destroyForcibly();
        }
    }

    private static CompletableFuture<Void> thread(Runnable work) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    work.run();
                    done.complete(null);
                },
                "local-command");
        thread.setDaemon(true);
        thread.start();
        return done;
    }

    private static void copy(@Nullable InputStream from, @Nullable OutputStream to, boolean close) {
        byte[] buffer = new byte[32 << 10];
        try {
            int read;
            while (from != null && to != null && (read = from.read(buffer)) >= 0) {
                to.write(buffer, 0, read);
                to.flush();
            }
            if (close && to != null) {
                to.close();
            }
        } catch (IOException e) {
            // The line or the process is gone; the other ends show it.
        }
    }
}

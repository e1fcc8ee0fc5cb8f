package ai.flightmind.vast.ssh.file;

import ai.flightmind.vast.error.SshException;
import ai.flightmind.vast.error.SshException.Kind;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Begins a transfer again after a broken line, as long as it gets on. Not thread-safe; one per transfer. */
final class Attempts {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteFiles.class);
    private static final int WITHOUT_PROGRESS = 5;

    /** One try, from wherever the last one got to. */
    interface Attempt<T> {
        T run() throws IOException;
    }

    private final String what;
    private long furthest = -1;
    private int idle;
    private int count;
    private boolean startedOver;

    Attempts(String what) {
        this.what = what;
    }

    int count() {
        return count;
    }

    /** Where this attempt begins. */
    void reached(long bytes) {
        if (bytes > furthest) {
            furthest = bytes;
            idle = 0;
        }
    }

    <T> T run(Attempt<T> attempt) {
        while (true) {
            count++;
            try {
                return attempt.run();
            } catch (SshException e) {
                if (e.kind() == Kind.VERIFICATION_FAILED && !startedOver) {
                    startedOver = true;
                    LOG.warn("{} Starting over.", e.getMessage());
                } else if (e.kind() == Kind.LINE_LOST && ++idle <= WITHOUT_PROGRESS) {
                    LOG.info("{} goes on after a broken line", what);
                } else if (e.kind() == Kind.LINE_LOST) {
                    throw failed("the line broke " + idle + " times without getting on", e);
                } else {
                    throw e;
                }
            } catch (IOException e) {
                throw failed(e.toString(), e);
            }
        }
    }

    SshException failed(String why, Exception cause) {
        return new SshException(
                Kind.TRANSFER_FAILED,
                what + " failed: " + why
                        + ". What has arrived is kept beside the target (.part); the same call goes on there.",
                cause);
    }

    SshException differs(String here, String there) {
        return new SshException(
                Kind.VERIFICATION_FAILED,
                what + " is not the same on both sides (SHA-256 " + here + " here, " + there
                        + " there). Does someone write to it meanwhile? Nothing was put in place.",
                null);
    }
}

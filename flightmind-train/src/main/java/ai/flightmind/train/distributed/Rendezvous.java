package ai.flightmind.train.distributed;

import ai.flightmind.train.error.DistributedException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the ranks find each other: rank 0 serves a store, the others wait for it, and each waits until all have said that
 * they are there. Only then is a process group built, whose own waiting could not be interrupted.
 */
final class Rendezvous {
    private static final Logger log = LoggerFactory.getLogger(Rendezvous.class);
    private static final Duration ANSWER = Duration.ofSeconds(5);
    private static final int POLL_MILLIS = 50;
    private static final int PROBE_MILLIS = 2_000;

    private final Ddp ddp;
    private final long deadline;
    private final String address;

    private Rendezvous(Ddp ddp) {
        this.ddp = ddp;
        this.deadline = System.nanoTime() + ddp.rendezvousTimeout().toNanos();
        this.address = ownAddress(ddp);
    }

    /**
     * Where the ranks have met.
     *
     * @param board for the thread that trains
     * @param beats for the thread that tells the others that this process lives
     * @param address at which this rank can be reached by the others
     */
    record Meeting(SharedStore board, SharedStore beats, String address) implements AutoCloseable {
        @Override
        public void close() {
            beats.close();
            board.close();
        }
    }

    static Meeting meet(Ddp ddp) {
        Rendezvous rendezvous = new Rendezvous(ddp);
        boolean serve = ddp.rank() == 0 && !ddp.agentKeepsStore();
        while (true) {
            SharedStore board = serve ? rendezvous.serve() : rendezvous.reach();
            try {
                SharedStore beats = rendezvous.open(board.port(), false);
                try {
                    rendezvous.gather(board);
                    return new Meeting(board, beats, rendezvous.address);
                } catch (RuntimeException e) {
                    beats.close();
                    throw e;
                }
            } catch (DistributedException e) {
                board.close();
                throw e;
            } catch (RuntimeException e) {
                board.close();
                // A store that goes away while ranks gather may be an earlier run's that has just ended.
                rendezvous.pauseOrFail("the store at " + rendezvous.master() + " went away: " + firstLine(e));
            }
        }
    }

    private SharedStore serve() {
        try {
            return open(ddp.masterPort(), true);
        } catch (RuntimeException e) {
            throw new DistributedException(
                    "Rank 0 cannot serve the ranks' store on port " + ddp.masterPort() + " (" + firstLine(e)
                            + "). Another process may be using it: end that, or set another MASTER_PORT for all ranks.",
                    e);
        }
    }

    /** libtorch's own connecting cannot be interrupted and prints a page of frames each time, so Java asks first. */
    private SharedStore reach() {
        while (true) {
            String why;
            try (Socket probe = new Socket()) {
                probe.connect(new InetSocketAddress(ddp.masterAddress(), ddp.masterPort()), PROBE_MILLIS);
                return open(ddp.masterPort(), false);
            } catch (IOException | RuntimeException e) {
                why = firstLine(e);
            }
            pauseOrFail("the store of rank 0 at " + master() + " cannot be reached: " + why);
        }
    }

    private SharedStore open(int port, boolean serve) {
        return SharedStore.open(ddp.masterAddress(), port, serve, "flightmind/" + ddp.restarts(), ANSWER);
    }

    private void gather(SharedStore board) {
        if (board.next("claim/" + ddp.rank()) > 1) {
            throw new DistributedException("Two processes say that they are " + ddp + ". Each needs a RANK of its own,"
                    + " and two runs at a time need a MASTER_PORT each (this one's is " + ddp.masterPort() + ").");
        }
        board.post("present/" + ddp.rank(), ddp.worldSize() + " " + address);
        List<String> addresses = new ArrayList<>();
        for (int rank = 0; rank < ddp.worldSize(); rank++) {
            addresses.add(await(board, rank));
        }
        requireReachable(addresses);
        log.debug("{}: all ranks are there: {}", ddp, addresses);
    }

    private String await(SharedStore board, int rank) {
        while (true) {
            Optional<String> present = board.find("present/" + rank);
            if (present.isPresent()) {
                String[] said = present.get().split(" ", 2);
                if (!said[0].equals(Integer.toString(ddp.worldSize()))) {
                    throw new DistributedException("Rank " + rank + " was started with WORLD_SIZE " + said[0]
                            + ", rank " + ddp.rank() + " with " + ddp.worldSize()
                            + ". Start all ranks with the same number.");
                }
                return said[1];
            }
            if (System.nanoTime() > deadline) {
                throw new DistributedException(missing(board));
            }
            pauseOrFail("");
        }
    }

    private String missing(SharedStore board) {
        List<Integer> missing = new ArrayList<>();
        for (int rank = 0; rank < ddp.worldSize(); rank++) {
            if (board.find("present/" + rank).isEmpty()) {
                missing.add(rank);
            }
        }
        return "Of " + ddp.worldSize() + " ranks these did not come to " + master() + " within "
                + ddp.rendezvousTimeout() + ": " + missing + ". Look at their logs, or whether they were started.";
    }

    private static void requireReachable(List<String> addresses) {
        boolean someLocal = addresses.stream().anyMatch(Rendezvous::isLoopback);
        boolean someRemote = addresses.stream().anyMatch(address -> !isLoopback(address));
        if (someLocal && someRemote) {
            throw new DistributedException("The ranks cannot reach each other: they would meet at " + addresses
                    + ", of which 127.x is reachable only from its own host. Set MASTER_ADDR to an address that is the"
                    + " same from all hosts, or GLOO_SOCKET_IFNAME to the network interface that joins them.");
        }
    }

    private static boolean isLoopback(String address) {
        return address.startsWith("127.") || address.equals("::1") || address.equals("0:0:0:0:0:0:0:1");
    }

    /** The address from which this host speaks to the master; nothing is sent to find it out. */
    private static String ownAddress(Ddp ddp) {
        try (DatagramSocket socket = new DatagramSocket()) {
            InetAddress master = InetAddress.getByName(ddp.masterAddress());
            socket.connect(master, Math.max(1, ddp.masterPort()));
            return socket.getLocalAddress().getHostAddress();
        } catch (IOException | UncheckedIOException e) {
            throw new DistributedException(
                    "MASTER_ADDR '" + ddp.masterAddress() + "' cannot be used: " + firstLine(e)
                            + ". It must be a host or an address that this one has a route to.",
                    e);
        }
    }

    private String master() {
        return ddp.masterAddress() + ":" + ddp.masterPort();
    }

    private void pauseOrFail(String otherwise) {
        if (!otherwise.isEmpty() && System.nanoTime() > deadline) {
            throw new DistributedException("After " + ddp.rendezvousTimeout() + " " + ddp + " gives up: " + otherwise
                    + ". Is rank 0 running, and are MASTER_ADDR and MASTER_PORT those of its host?");
        }
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DistributedException(ddp + " was interrupted while it waited for the other ranks", e);
        }
    }

    static String firstLine(Throwable failure) {
        return String.valueOf(failure.getMessage())
                .lines()
                .findFirst()
                .orElse("")
                .strip();
    }
}

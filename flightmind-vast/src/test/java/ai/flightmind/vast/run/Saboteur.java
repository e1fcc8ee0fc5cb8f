package ai.flightmind.vast.run;

import ai.flightmind.vast.fake.FakeInstance;
import ai.flightmind.vast.fake.Fault;
import ai.flightmind.vast.fake.host.PretendHost;
import ai.flightmind.vast.fake.rehearsal.PretendCloud;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;

/** Breaks things around a run, at times drawn from a seed, until it is told to rest. */
final class Saboteur implements AutoCloseable {
    private static final List<Fault> FAULTS =
            List.copyOf(EnumSet.complementOf(EnumSet.of(Fault.NONE, Fault.STALL, Fault.UNFILTERED)));
    private static final int DEEDS = 8;
    private static final Duration PAUSE = Duration.ofMinutes(2);

    private enum Deed {
        CUT,
        CUT_AGAIN,
        OUTBID,
        EXIT,
        OFFLINE,
        FILL_DISK,
        DAMAGE,
        SERVICE_FAILS,
        SERVICE_DOWN
    }

    private final PretendCloud cloud;
    private final Random random;
    private final Thread thread;
    private final List<String> done = new ArrayList<>();
    private volatile double rate;
    private volatile Duration serviceTrouble = Duration.ZERO;
    private volatile boolean resting;

    Saboteur(PretendCloud cloud, long seed) {
        this.cloud = cloud;
        this.random = new Random(seed);
        this.thread = new Thread(this::sabotage, "saboteur");
    }

    void work() {
        Random faults = new Random(random.nextLong());
        cloud.market().faults(request -> {
            synchronized (faults) {
                return faults.nextDouble() < rate ? FAULTS.get(faults.nextInt(FAULTS.size())) : Fault.NONE;
            }
        });
        thread.start();
    }

    private void sabotage() {
        try {
            for (int i = 0; i < DEEDS && !resting; i++) {
                cloud.time().sleep(Duration.ofSeconds(1 + random.nextInt((int) PAUSE.toSeconds())));
                deed(Deed.values()[random.nextInt(Deed.values().length)]);
            }
        } catch (InterruptedException e) {
            // Told to rest.
        }
    }

    private void deed(Deed deed) throws InterruptedException {
        synchronized (done) {
            done.add(deed.toString());
        }
        switch (deed) {
            case CUT, CUT_AGAIN -> cloud.hosts().forEach(PretendHost::cut);
            case OUTBID -> up().forEach(instance -> cloud.market().outbid(instance.id()));
            case EXIT -> up().forEach(instance -> cloud.market().kill(instance.id()));
            case OFFLINE -> up().forEach(instance -> cloud.market().disconnect(instance.id()));
            case FILL_DISK -> cloud.busyHost().ifPresent(PretendHost::fillDisk);
            case DAMAGE -> cloud.busyHost().ifPresent(PretendHost::damageNextRead);
            case SERVICE_FAILS -> fail(random.nextDouble() * 0.5);
            case SERVICE_DOWN -> fail(1);
        }
    }

    /** For up to two minutes. */
    private void fail(double share) throws InterruptedException {
        Instant begin = cloud.time().now();
        rate = share;
        try {
            cloud.time().sleep(Duration.ofSeconds(random.nextInt((int) PAUSE.toSeconds())));
        } finally {
            rate = 0;
            serviceTrouble =
                    serviceTrouble.plus(Duration.between(begin, cloud.time().now()));
        }
    }

    private List<FakeInstance> up() {
        return cloud.market().rented().stream()
                .filter(instance -> instance.isUp(cloud.time().now()))
                .toList();
    }

    /** For how long the service has not answered as it should. */
    Duration serviceTrouble() {
        return serviceTrouble;
    }

    /** Nothing more is broken. */
    void rest() throws InterruptedException {
        resting = true;
        thread.interrupt();
        thread.join();
        rate = 0;
    }

    @Override
    public String toString() {
        synchronized (done) {
            return done.toString();
        }
    }

    @Override
    public void close() throws InterruptedException {
        rest();
    }
}

package ai.flightmind.train.distributed;

import ai.flightmind.model.Device;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.train.error.DistributedException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.bytedeco.javacpp.DoublePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One of several ranks, which have met. Used by one thread. */
final class ConnectedWorld implements World {
    private static final Logger log = LoggerFactory.getLogger(ConnectedWorld.class);
    private static final int STALLED = 1;
    private static final long BROADCAST_BYTES = 256L << 20;
    private static final int FAREWELL_MILLIS = 10_000;
    private static final int FAREWELL_AFTER_FAILURE_MILLIS = 2_000;

    /** libtorch throws nothing but RuntimeException; where in its sources stands in the message. */
    private static final Pattern OF_COMMUNICATION = Pattern.compile(
            "gloo|nccl|c10d|csrc/distributed|connection (closed|reset)|broken pipe|timed out",
            Pattern.CASE_INSENSITIVE);

    private final Ddp ddp;
    private final Rendezvous.Meeting meeting;
    private final RankGroup group;
    private final Liveness liveness;
    private boolean failed;

    private ConnectedWorld(Ddp ddp, Rendezvous.Meeting meeting, RankGroup group) {
        this.ddp = ddp;
        this.meeting = meeting;
        this.group = group;
        this.liveness = new Liveness(meeting.beats(), ddp, this::endStalled);
    }

    static ConnectedWorld join(Ddp ddp, Device device) {
        Libtorch.load();
        Rendezvous.Meeting meeting = Rendezvous.meet(ddp);
        try {
            return new ConnectedWorld(ddp, meeting, RankGroup.form(ddp, device, meeting));
        } catch (RuntimeException e) {
            meeting.close();
            throw new DistributedException(
                    ddp + " met the others, but could not connect to them: " + Rendezvous.firstLine(e)
                            + ". One of them may have ended at that moment; look at their logs.",
                    e);
        }
    }

    @Override
    public int rank() {
        return ddp.rank();
    }

    @Override
    public int size() {
        return ddp.worldSize();
    }

    @Override
    public double[] sum(double... values) {
        if (values.length == 0) {
            return values; // the ranks of a run without streams have no positions to agree on
        }
        try (PointerScope scope = new PointerScope()) {
            Tensor tensor = torch.empty(new long[] {values.length}, new TensorOptions(ScalarType.Double), null);
            try (DoublePointer memory = new DoublePointer(tensor.data_ptr())) {
                memory.put(values, 0, values.length);
                sum(tensor);
                double[] sums = new double[values.length];
                memory.get(sums, 0, sums.length);
                return sums;
            }
        }
    }

    @Override
    public void sum(Tensor values) {
        liveness.together();
        try (PointerScope scope = new PointerScope()) {
            group.torch().allreduce(new TensorVector(values))._wait();
        }
    }

    @Override
    public void broadcast(Collection<Tensor> tensors) {
        liveness.together();
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            TensorVector all = new TensorVector(tensors.toArray(new Tensor[0]));
            int root = 0;
            torch.broadcast_coalesced(group.torch(), all, BROADCAST_BYTES, root);
        }
    }

    @Override
    public void requireSame(Map<String, String> settings) {
        liveness.at("comparing settings");
        StringBuilder lines = new StringBuilder();
        settings.forEach(
                (name, value) -> lines.append(name).append('=').append(value).append('\n'));
        meeting.board().post("settings/" + rank(), lines.toString());
        barrier(); // everyone has posted when everyone is here
        Map<String, String> first = parse(meeting.board().find("settings/0").orElse(""));
        for (int other = 1; other < size(); other++) {
            requireSame(first, parse(meeting.board().find("settings/" + other).orElse("")), other);
        }
    }

    private static Map<String, String> parse(String lines) {
        Map<String, String> settings = new LinkedHashMap<>();
        lines.lines().map(line -> line.split("=", 2)).forEach(pair -> settings.put(pair[0], pair[1]));
        return settings;
    }

    private static void requireSame(Map<String, String> first, Map<String, String> others, int other) {
        Set<String> names = new LinkedHashSet<>(first.keySet());
        names.addAll(others.keySet());
        StringBuilder differences = new StringBuilder();
        for (String name : names) {
            String here = first.getOrDefault(name, "absent");
            String there = others.getOrDefault(name, "absent");
            if (!here.equals(there)) {
                differences.append(differences.isEmpty() ? "" : ", ");
                differences.append(name + " is " + here + " on rank 0 and " + there + " on rank " + other);
            }
        }
        if (!differences.isEmpty()) {
            throw new DistributedException("The ranks were not started alike: " + differences
                    + ". Start all of them with the same program, arguments and data.");
        }
    }

    @Override
    public Optional<String> anyReason(Optional<String> mine) {
        mine.ifPresent(reason -> meeting.board().post("reason/" + rank(), reason));
        if (sum(mine.isPresent() ? 1 : 0)[0] == 0) {
            return Optional.empty();
        }
        for (int each = 0; each < size(); each++) {
            Optional<String> reason = meeting.board().find("reason/" + each);
            if (reason.isPresent()) {
                return each == rank() ? reason : Optional.of("rank " + each + ": " + reason.get());
            }
        }
        return Optional.of("a rank asked for it");
    }

    @Override
    public GradientReducer reducer(Map<String, Tensor> parameters) {
        return BucketReducer.over(group.torch(), ddp, parameters, liveness::together);
    }

    @Override
    public void at(String what) {
        liveness.at(what);
    }

    @Override
    public String where() {
        return liveness.where();
    }

    @Override
    public RuntimeException explain(RuntimeException failure) {
        boolean first = !failed;
        failed = true;
        if (!first) {
            return failure;
        }
        boolean fromOutside = failure.getClass() == RuntimeException.class
                && OF_COMMUNICATION
                        .matcher(String.valueOf(failure.getMessage()))
                        .find();
        if (!fromOutside) {
            tellFailure("0", String.valueOf(failure.getMessage()));
            return failure;
        }
        String message = "While at '" + liveness.where() + "', " + ddp + " lost the others. " + causes()
                + " All ranks must be started again; they go on from the newest checkpoint.";
        tellFailure("1", message);
        return new DistributedException(message, failure);
    }

    /** A rank that failed by itself (0) is the cause, one that lost others (1) only knows of it. */
    private void tellFailure(String distance, String message) {
        try {
            meeting.board().post("failure/" + rank(), distance + message);
        } catch (RuntimeException storeIsGone) {
            log.debug("{} cannot tell the others why it fails", ddp, storeIsGone);
        }
    }

    private String causes() {
        Optional<String> said = said("0");
        if (said.isPresent()) {
            return said.get();
        }
        String missing = liveness.rollCall();
        return said("0").orElse(missing);
    }

    private Optional<String> said(String distance) {
        try {
            for (int other = 0; other < size(); other++) {
                Optional<String> failure = meeting.beats().find("failure/" + other);
                if (failure.isPresent() && failure.get().startsWith(distance)) {
                    return Optional.of(
                            "Rank " + other + " failed: " + failure.get().substring(1));
                }
            }
        } catch (RuntimeException storeIsGone) {
            log.debug("The store does not answer", storeIsGone);
        }
        return Optional.empty();
    }

    /** The training thread is stuck in native code, where no exception can reach it. */
    @SuppressWarnings("SystemOut")
    private void endStalled(String why) {
        String message = "Rank " + rank() + " ends its process: it " + why;
        tellFailure("1", message);
        System.err.println("error: " + message);
        System.err.flush();
        Runtime.getRuntime().halt(STALLED);
    }

    @Override
    public void close() {
        if (failed) {
            group.abort(); // the others see the broken connections and ask the store why
            farewell(first() ? FAREWELL_AFTER_FAILURE_MILLIS : 0);
        } else {
            farewell(FAREWELL_MILLIS);
            group.close();
        }
        liveness.close();
        meeting.close();
    }

    private void farewell(int waitMillis) {
        try {
            meeting.board().post("left/" + rank(), "");
            long deadline = System.nanoTime() + waitMillis * 1_000_000L;
            for (int other = 0; other < size(); other++) {
                while (System.nanoTime() < deadline
                        && meeting.board().find("left/" + other).isEmpty()) {
                    Thread.sleep(10);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException storeIsGone) {
            log.debug("The store was gone before {} left", ddp, storeIsGone);
        }
    }
}

package ai.flightmind.train.distributed;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;

/** A process alone. */
final class SingleProcess implements World {
    private String where = "starting";

    @Override
    public int rank() {
        return 0;
    }

    @Override
    public int size() {
        return 1;
    }

    @Override
    public double[] sum(double... values) {
        return values.clone();
    }

    @Override
    public void sum(Tensor values) {}

    @Override
    public void broadcast(Collection<Tensor> tensors) {}

    @Override
    public void requireSame(Map<String, String> settings) {}

    @Override
    public Optional<String> anyReason(Optional<String> mine) {
        return mine;
    }

    @Override
    public GradientReducer reducer(Map<String, Tensor> parameters) {
        return new Local(List.copyOf(parameters.values()));
    }

    @Override
    public void at(String what) {
        where = what;
    }

    @Override
    public String where() {
        return where;
    }

    @Override
    public RuntimeException explain(RuntimeException failure) {
        return failure;
    }

    @Override
    public void close() {}

    private record Local(List<Tensor> parameters) implements GradientReducer {
        @Override
        public void beforeMicroBatch(boolean last) {}

        @Override
        public double scale() {
            return 1;
        }

        @Override
        public long exposedNanos() {
            return 0;
        }

        @Override
        public void clearGradients(int microBatches) {
            drop(parameters);
        }

        @Override
        public void close() {}
    }

    /** Forgets the gradients, whose memory goes where nothing else holds it. */
    static void drop(List<Tensor> parameters) {
        try (PointerScope scope = new PointerScope()) {
            parameters.forEach(parameter -> parameter.mutable_grad().reset());
        }
    }
}

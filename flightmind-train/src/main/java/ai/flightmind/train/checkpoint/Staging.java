package ai.flightmind.train.checkpoint;

import java.util.IdentityHashMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Where a run's tensors are read from when they are saved. Memory for copies is kept from one save to the next, 12 bytes
 * per trained parameter on the host: fresh memory would cost more than the copying. Not thread-safe; another thread may
 * copy, and read what was handed out.
 */
public abstract sealed class Staging implements AutoCloseable {
    private Staging() {}

    /** The run's own memory: nothing is copied. */
    public static Staging inPlace() {
        return new InPlace();
    }

    /** Memory of its own on the host, made at the first copy. */
    public static Staging onHost() {
        return new OnHost();
    }

    /**
     * A tensor of the run as it is to be written, which it is from {@link #copy()} on. The same tensor always gives the
     * same one.
     */
    abstract Tensor of(Tensor live);

    /** Copies all that was ever asked for, as it is now; who still reads the copy before must be through. */
    abstract void copy();

    @Override
    public abstract void close();

    private static final class InPlace extends Staging {
        @Override
        Tensor of(Tensor live) {
            return live;
        }

        @Override
        void copy() {}

        @Override
        public void close() {}
    }

    private static final class OnHost extends Staging {
        private final IdentityHashMap<Tensor, Tensor> copies = new IdentityHashMap<>();

        @Override
        Tensor of(Tensor live) {
            return copies.computeIfAbsent(live, OnHost::room);
        }

        @Override
        void copy() {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard noGrad = new NoGradGuard()) {
                copies.forEach((live, copy) -> copy.copy_(live.detach()));
            }
        }

        private static Tensor room(Tensor live) {
            try (PointerScope scope = new PointerScope()) {
                Tensor room = torch.empty(live.sizes().vec().get());
                room.retainReference();
                return room;
            }
        }

        @Override
        public void close() {
            copies.values().forEach(Tensor::close);
            copies.clear();
        }
    }
}

package ai.flightmind.train.checkpoint;

import java.util.IdentityHashMap;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/**
 * Where a run's tensors are read from when they are saved. Memory for copies is kept from one save to the next, 12 bytes
 * per trained parameter on the host: fresh memory would cost more than the copying. Not thread-safe; another thread may
 * copy, and read what was handed out, until it is renewed.
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

    /** Begins another copy: what was handed out before must not be used any more. */
    public abstract void renew();

    /**
     * A tensor of the run as it is to be written, which it is from {@link #copy()} on. The same tensor gives the same one
     * until it is renewed.
     */
    abstract Tensor of(Tensor live);

    /** Copies what was asked for, as it is now. */
    abstract void copy();

    @Override
    public abstract void close();

    private static final class InPlace extends Staging {
        @Override
        public void renew() {}

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
        private final IdentityHashMap<Tensor, Tensor> current = new IdentityHashMap<>();

        @Override
        public void renew() {
            current.clear();
        }

        @Override
        Tensor of(Tensor live) {
            return current.computeIfAbsent(live, asked -> copies.computeIfAbsent(asked, OnHost::room));
        }

        @Override
        void copy() {
            try (PointerScope scope = new PointerScope();
                    NoGradGuard noGrad = new NoGradGuard()) {
                current.forEach((live, copy) -> copy.copy_(live.detach()));
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
            current.clear();
        }
    }
}

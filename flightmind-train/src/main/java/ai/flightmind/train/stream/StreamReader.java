package ai.flightmind.train.stream;

import ai.flightmind.train.error.TrainingException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * One rank's reading of a stream: a thread of its own reads, tokenizes and packs ahead, as far as its queue goes, while
 * the one that trains takes rows. To be used by one thread.
 */
public final class StreamReader implements AutoCloseable {
    /** A row, the end of a step, or what went wrong. */
    private sealed interface Item {}

    private static final class Row implements Item {
        private final int[] tokens;

        Row(int[] tokens) {
            this.tokens = tokens;
        }
    }

    private record EndOfStep(List<Long> position) implements Item {}

    private record Failure(Throwable cause) implements Item {}

    /**
     * A lane that this rank needs rows of.
     *
     * @param from its first place in each step
     * @param to the end of its places, exclusive; other ranks may need some of them
     * @param told whether this is the rank that tells its position
     */
    record OwnLane(Lane lane, int number, int from, int to, boolean told) {}

    private final List<OwnLane> lanes;
    private final int laneCount;
    private final StreamShare share;
    private final PlaceFilter filter;
    private final int rowLength;
    private final BlockingQueue<Item> queue;
    private final Thread thread;
    private @Nullable Failure failure;

    StreamReader(
            List<OwnLane> lanes, int laneCount, StreamShare share, PlaceFilter filter, int rowLength, int queueRows) {
        this.lanes = List.copyOf(lanes);
        this.laneCount = laneCount;
        this.share = share;
        this.filter = filter;
        this.rowLength = rowLength;
        this.queue = new ArrayBlockingQueue<>(queueRows);
        this.thread = new Thread(this::fill, "token-stream");
        thread.setDaemon(true);
        thread.start();
    }

    private void fill() {
        try {
            try {
                for (long step = share.firstStep(); step < share.endStep(); step++) {
                    fill(step);
                }
            } catch (RuntimeException | Error e) {
                queue.put(new Failure(e));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void fill(long step) throws InterruptedException {
        List<Long> position = new ArrayList<>(Collections.nCopies(laneCount * Lane.NUMBERS, 0L));
        for (OwnLane own : lanes) {
            for (int place = own.from; place < own.to; place++) {
                if (filter.isFilled(step, place)) {
                    int[] row = own.lane.next(rowLength);
                    if (share.from() <= place && place < share.to()) {
                        queue.put(new Row(row));
                    }
                }
            }
            for (int i = 0; own.told && i < Lane.NUMBERS; i++) {
                position.set(own.number * Lane.NUMBERS + i, own.lane.position().get(i));
            }
        }
        queue.put(new EndOfStep(position));
    }

    /**
     * The next rows, which are waited for.
     *
     * @return (count, S), int64, on the CPU; it belongs to the caller's scope
     * @throws ai.flightmind.train.error.DataException if they cannot be read
     */
    public Tensor rows(int count) {
        long[] tokens = new long[Math.multiplyExact(count, rowLength)];
        int next = 0;
        for (int i = 0; i < count; i++) {
            if (!(take() instanceof Row row)) {
                throw new IllegalStateException("More rows were asked for than the step has");
            }
            for (int token : row.tokens) {
                tokens[next++] = token;
            }
        }
        return torch.tensor(tokens).view(count, rowLength);
    }

    /** Ends a step, all of whose rows have been taken; the positions behind it of the lanes that this rank tells of. */
    public List<Long> endOfStep() {
        if (!(take() instanceof EndOfStep end)) {
            throw new IllegalStateException("The step has rows that were not taken");
        }
        return end.position;
    }

    /** An interrupt of the training thread is a request to stop after the step, which is still made. */
    private Item take() {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    Item item = failure == null ? queue.take() : failure;
                    if (item instanceof Failure failed) {
                        failure = failed;
                        throw thrown(failed.cause);
                    }
                    return item;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException thrown(Throwable cause) {
        if (cause instanceof TrainingException expected) {
            return expected;
        }
        return new IllegalStateException("The stream's thread died: " + cause, cause);
    }

    /** Ends the thread. */
    @Override
    public void close() {
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}

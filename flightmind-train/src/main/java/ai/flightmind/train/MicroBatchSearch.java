package ai.flightmind.train;

import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.train.distributed.World;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the largest micro-batch that fits on every rank. On a GPU the estimate says where to begin, and trials decide. On
 * the CPU a trial does not fail where memory runs out: the system promises more than it has, and kills the process later.
 * There the estimate decides, and where it is close two small trials say what a sequence really takes.
 */
final class MicroBatchSearch {
    private static final Logger log = LoggerFactory.getLogger(MicroBatchSearch.class);

    /**
     * Products are as fast as they get before that, if each thread has a sequence; more tokens at once only take memory. See
     * docs/performance.md.
     */
    static final int CPU_TOKENS = 4_096;

    /** With so many times what is needed there is nothing to look at. */
    private static final double AMPLE = 2.5;

    /** By how much the estimate may be too large, on a GPU, where trying too much costs a second. */
    private static final double OPTIMISM = 0.7;

    private final StepPlan plan;
    private final boolean cuda;
    private final StepMemory memory;
    private final TrialPass trial;
    private final OutOfMemory outOfMemory;

    MicroBatchSearch(TrainerSettings settings, StepMemory memory) {
        this.plan = settings.plan();
        this.cuda = settings.model().device().isCuda();
        this.memory = memory;
        this.trial = new TrialPass(settings);
        this.outOfMemory = new OutOfMemory(settings);
    }

    /** The smallest of what the ranks find, which call it together. */
    int agreed(World world) {
        int[] sizes = sizes(world.size());
        int own = cuda ? largestThatWorks(sizes) : largestThatShouldFit(sizes);
        double[] ranks = world.sum(
                Arrays.stream(sizes).mapToDouble(size -> size <= own ? 1 : 0).toArray());
        int agreed = sizes[
                (int) Arrays.stream(ranks)
                                .filter(count -> count == world.size())
                                .count()
                        - 1];
        if (world.first()) {
            log.info(
                    "Micro-batches of {}, of a step's {} sequences: by the estimate a step takes {} of the {} that are"
                            + " free",
                    agreed,
                    plan.sequencesPerStep(),
                    OutOfMemory.gigabytes(memory.neededBytes(agreed)),
                    OutOfMemory.gigabytes(memory.shareOfFreeBytes()));
        }
        return agreed;
    }

    private int[] sizes(int worldSize) {
        int most = cuda ? Integer.MAX_VALUE : Math.max(Libtorch.threads(), CPU_TOKENS / plan.sequenceLength());
        return Arrays.stream(plan.microBatchSizes(worldSize))
                .filter(size -> size <= most)
                .toArray();
    }

    private int largestThatWorks(int[] sizes) {
        int first = last(sizes, size -> memory.holds(size, OPTIMISM)).orElse(1);
        for (int i = sizes.length - 1; i >= 0; i--) {
            if (sizes[i] <= first && trial.works(sizes[i], memory.besideBytes() + memory.reservedBytes())) {
                return sizes[i];
            }
        }
        throw outOfMemory.exception("with one sequence at a time, which was tried", memory, null);
    }

    private int largestThatShouldFit(int[] sizes) {
        int estimated =
                last(sizes, size -> memory.holds(size, OutOfMemory.MARGIN)).orElse(1);
        if (estimated == 1 || memory.holds(estimated, AMPLE)) {
            return estimated;
        }
        OptionalLong one = growth(1);
        OptionalLong two = growth(2);
        if (one.isEmpty() || two.isEmpty()) {
            return estimated;
        }
        long each = Math.max(0, two.getAsLong() - one.getAsLong());
        long room = memory.usableBytes() - memory.besideBytes() - one.getAsLong();
        return last(sizes, size -> size <= estimated && (size - 1) * each <= room)
                .orElse(1);
    }

    /** What a pass adds to the resident memory; more than there is if it fails, and empty where the system does not tell. */
    private OptionalLong growth(int sequences) {
        AtomicBoolean worked = new AtomicBoolean();
        OptionalLong growth = ResidentMemory.growth(() -> worked.set(trial.works(sequences, 0)));
        return worked.get() || growth.isEmpty() ? growth : OptionalLong.of(memory.usableBytes() + 1);
    }

    private static OptionalInt last(int[] sizes, IntPredicate fits) {
        return Arrays.stream(sizes).filter(fits).max();
    }
}

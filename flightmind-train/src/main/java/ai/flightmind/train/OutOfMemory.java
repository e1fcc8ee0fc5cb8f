package ai.flightmind.train;

import ai.flightmind.model.Device;
import ai.flightmind.model.Precision;
import ai.flightmind.train.error.OutOfMemoryException;
import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says of a run for which memory does not suffice what it takes, and what would fit. */
final class OutOfMemory {
    private static final Logger log = LoggerFactory.getLogger(OutOfMemory.class);

    /** libtorch throws nothing but RuntimeException; its allocators, CUDA's libraries and C++ each have words of their own. */
    private static final Pattern WORDS = Pattern.compile(
            "out of memory|can(no|')t allocate memory|not enough memory|bad_alloc|(CUBLAS|CUDNN)_STATUS_ALLOC_FAILED",
            Pattern.CASE_INSENSITIVE);

    /** So many times a GPU's memory no error of the estimate makes up for. */
    private static final double HOPELESS = 1.5;

    /** By how much the estimate may be too small for what is said, or on the CPU chosen, to fit. */
    static final double MARGIN = 1.25;

    private final TrainerSettings settings;
    private final StepPlan plan;
    private final Device device;

    OutOfMemory(TrainerSettings settings) {
        this.settings = settings;
        this.plan = settings.plan();
        this.device = settings.model().device();
    }

    static boolean isCauseOf(RuntimeException failure) {
        return failure.getClass() == RuntimeException.class
                && WORDS.matcher(String.valueOf(failure.getMessage())).find();
    }

    /** Before the run: refuses what cannot be, and warns of what may not. */
    void lookAhead() {
        StepMemory memory = StepMemory.of(settings);
        long whole = memory.estimate().bytes(largestMicroBatch());
        if (device.isCuda() && whole > HOPELESS * memory.device().totalBytes()) {
            throw exception("before the first step, as it would run", memory, null);
        }
        if (!memory.holds(largestMicroBatch(), 1)) {
            log.warn("Memory may not suffice. {} {}", whatItTakes(memory), advice(memory, fitting(memory)));
        }
    }

    /** The failure itself, unless it is for want of memory. Of the step nothing is there any more. */
    RuntimeException explained(RuntimeException failure, String during) {
        if (!isCauseOf(failure)) {
            return failure;
        }
        settings.model().releaseWorkspace();
        return exception("at '" + during + "'", StepMemory.of(settings), failure);
    }

    /** As {@link #explained}, for one from before the optimizer was there. */
    RuntimeException explainedBeforeOptimizer(RuntimeException failure) {
        if (!isCauseOf(failure)) {
            return failure;
        }
        StepMemory memory = StepMemory.of(settings);
        return new OutOfMemoryException(
                "Out of memory on " + device + ": the weights and the optimizer's moments alone take "
                        + gigabytes(memory.estimate().stateBytes()) + ", whatever the micro-batch, and " + device
                        + " has "
                        + gigabytes(memory.device().totalBytes())
                        + ". Take a smaller depth, train an adapter in place of"
                        + " the weights, or take a device with more memory.",
                OptionalInt.empty(),
                failure);
    }

    OutOfMemoryException exception(String when, StepMemory memory, @Nullable RuntimeException cause) {
        OptionalInt fitting = fitting(memory);
        return new OutOfMemoryException(
                "Out of memory on " + device + " " + when + ". " + whatItTakes(memory) + " " + advice(memory, fitting),
                fitting,
                cause);
    }

    private String whatItTakes(StepMemory memory) {
        return String.format(
                Locale.ROOT,
                "By the estimate a step in micro-batches of %d sequences of %d tokens in %s takes %s beside the model and"
                        + " the optimizer, which take %s: %s, and %s for each sequence. Of the %s of %s, %s are free for it"
                        + " beside a reserve of %s.",
                largestMicroBatch(),
                plan.sequenceLength(),
                settings.precision(),
                gigabytes(memory.neededBytes(largestMicroBatch())),
                gigabytes(memory.estimate().stateBytes()),
                gigabytes(memory.neededBytes(1) - memory.estimate().sequenceBytes()),
                gigabytes(memory.estimate().sequenceBytes()),
                gigabytes(memory.device().totalBytes()),
                device,
                gigabytes(memory.usableBytes()),
                gigabytes(memory.reservedBytes()));
    }

    private String advice(StepMemory memory, OptionalInt fitting) {
        if (fitting.isPresent()) {
            int sequences = plan.sequencesPerStep();
            // With so many sequences per step the tokens per step may mean another number of them for another
            // micro-batch.
            boolean ambiguous = sequences >= plan.sequenceLength() - 1;
            return "A microBatchSize of " + fitting.getAsInt()
                    + (ambiguous ? " with tokensPerStep " + plan.targetsPerStep() : "")
                    + " fits, for the same steps of "
                    + sequences + " sequences; microBatchSize(auto()) finds it. A run goes on with it from its newest"
                    + " checkpoint.";
        }
        return (largestMicroBatch() == 1 ? "A micro-batch has one sequence already" : "Not even one sequence fits")
                + ": take shorter sequences, " + (settings.precision() == Precision.FP32 ? "bfloat16, " : "")
                + "a smaller depth, an adapter in place of all weights, or a device with more memory"
                + (memory.shareOfFreeBytes() < memory.device().totalBytes() / 2
                        ? "; and look who else uses its memory."
                        : ".");
    }

    /** No rank takes more sequences at once than it has. */
    private int largestMicroBatch() {
        int worldSize = settings.ddp().worldSize();
        return Math.min(plan.microBatchSize(), (plan.sequencesPerStep() + worldSize - 1) / worldSize);
    }

    private OptionalInt fitting(StepMemory memory) {
        return Arrays.stream(plan.microBatchSizes(settings.ddp().worldSize()))
                .filter(size -> size < largestMicroBatch() && memory.holds(size, MARGIN))
                .max();
    }

    static String gigabytes(long bytes) {
        return bytes < 1_000_000_000
                ? String.format(Locale.ROOT, "%d MB", bytes / 1_000_000)
                : String.format(Locale.ROOT, "%.1f GB", bytes / 1e9);
    }
}

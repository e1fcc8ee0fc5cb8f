package ai.flightmind.train;

import ai.flightmind.model.DeviceMemory;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.TrainingMemory;
import org.bytedeco.pytorch.Tensor;

/**
 * What a step takes on this rank's device by the estimate, against what is free there once the model and the optimizer
 * are.
 *
 * @param estimate of the training
 * @param besideBytes what else will come to lie on the device
 * @param shareOfFreeBytes of this rank, where several share the device
 * @param device as it is
 */
record StepMemory(TrainingMemory estimate, long besideBytes, long shareOfFreeBytes, DeviceMemory device) {
    /** For what no estimate knows: libraries' working space, fragments, the Java heap's growth. */
    private static final int RESERVED_PARTS_OF_TOTAL = 32;

    static StepMemory of(TrainerSettings settings) {
        return of(settings, DeviceMemory.of(settings.model().device()));
    }

    static StepMemory of(TrainerSettings settings, DeviceMemory device) {
        Gpt model = settings.model();
        boolean cuda = model.device().isCuda();
        TrainingMemory estimate = TrainingMemory.of(model, settings.plan().sequenceLength(), settings.precision());
        long beside = 0;
        if (!cuda && settings.checkpoints() != null && settings.ddp().rank() == 0) {
            beside += estimate.checkpointBytes();
        }
        if (settings.ddp().distributed()) {
            beside += gradientBytes(model); // the reducer's buckets, beside the gradients of the first two steps
        }
        int sharing = cuda ? 1 : settings.ddp().localWorldSize();
        return new StepMemory(estimate, beside, device.freeBytes() / sharing, device);
    }

    private static long gradientBytes(Gpt model) {
        return model.trainedParameters().values().stream()
                .mapToLong(Tensor::nbytes)
                .sum();
    }

    /** What may be filled. */
    long usableBytes() {
        return Math.max(0, shareOfFreeBytes - reservedBytes());
    }

    long reservedBytes() {
        return device.totalBytes() / RESERVED_PARTS_OF_TOTAL;
    }

    /** Beside what is there already. */
    long neededBytes(int microBatchSize) {
        return estimate.stepBytes(microBatchSize) + besideBytes;
    }

    /** Whether so many times what is needed may be filled. */
    boolean holds(int microBatchSize, double times) {
        return neededBytes(microBatchSize) * times <= usableBytes();
    }
}

package ai.flightmind.train;

import ai.flightmind.model.Device;
import ai.flightmind.model.DeviceMemory;
import ai.flightmind.model.Gpt;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A forward and backward pass on made-up tokens, of which nothing stays: no gradient, no data read, no random number drawn.
 */
record TrialPass(TrainerSettings settings) {
    private static final Logger log = LoggerFactory.getLogger(TrialPass.class);

    /**
     * Whether memory suffices for it.
     *
     * @param heldBytes how much of a GPU is to be taken by something else meanwhile
     */
    boolean works(int sequences, long heldBytes) {
        Gpt model = settings.model();
        Device device = model.device();
        try (PointerScope scope = new PointerScope()) {
            TensorOptions onDevice = new TensorOptions(ScalarType.Long).device(new DeviceOptional(device.toTorch()));
            int targets = settings.plan().sequenceLength() - 1;
            Tensor tokens = torch.zeros(new long[] {sequences, targets}, onDevice);
            if (device.isCuda()) {
                Tensor ignored = torch.zeros(new long[] {heldBytes / Long.BYTES}, onDevice);
            }
            double waitedFor = model.accumulateGradients(tokens, tokens, 1.0 / tokens.numel(), settings.precision())
                    .item_double();
            log.debug("A trial of {} sequences has room; its loss is {}", sequences, waitedFor);
            return true;
        } catch (RuntimeException e) {
            if (!OutOfMemory.isCauseOf(e)) {
                throw e;
            }
            return false;
        } finally {
            model.releaseWorkspace();
            DeviceMemory ignored = DeviceMemory.of(device); // which has the allocator give back what it keeps
        }
    }
}

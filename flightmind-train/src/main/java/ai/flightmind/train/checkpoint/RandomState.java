package ai.flightmind.train.checkpoint;

import ai.flightmind.model.Device;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** libtorch's default generators, as their states: uint8 tensors by the name of their device. */
final class RandomState {
    private RandomState() {}

    static Map<String, Tensor> capture(Device device) {
        Map<String, Tensor> states = new LinkedHashMap<>();
        generators(device).forEach((name, generator) -> states.put(name, generator.get_state()));
        return states;
    }

    /** The default generators of the CPU and, where the model is on one, of its GPU. */
    static Map<String, Generator> generators(Device device) {
        Map<String, Generator> generators = new LinkedHashMap<>();
        generators.put("cpu", torch.getDefaultCPUGenerator());
        if (device.isCuda()) {
            generators.put("cuda", torch.globalContext().defaultGenerator(device.toTorch()));
        }
        return generators;
    }
}

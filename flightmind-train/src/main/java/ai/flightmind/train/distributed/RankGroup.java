package ai.flightmind.train.distributed;

import ai.flightmind.model.Device;
import java.time.Duration;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.BackendOptional;
import org.bytedeco.pytorch.ProcessGroup;
import org.bytedeco.pytorch.ProcessGroup.BackendType;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.global.torch.DeviceType;
import org.bytedeco.pytorch.global.torch_cuda;
import org.bytedeco.pytorch.nccl.ProcessGroupNCCL;
import org.jspecify.annotations.Nullable;

/**
 * libtorch's process group: Gloo for what is on the CPU, on which ranks agree, and NCCL or Gloo for a GPU's gradients.
 */
final class RankGroup implements AutoCloseable {
    private static final int GLOO_THREADS = 2;

    /** Liveness can name the rank that is missing; NCCL's watchdog, which only ends the process, must come after it. */
    private static final Duration NCCL_PATIENCE = Duration.ofMinutes(2);

    private final ProcessGroup torch;
    private final @Nullable ProcessGroupNCCL nccl;

    private RankGroup(ProcessGroup torch, @Nullable ProcessGroupNCCL nccl) {
        this.torch = torch;
        this.nccl = nccl;
    }

    static RankGroup form(Ddp ddp, Device device, Rendezvous.Meeting meeting) {
        try (PointerScope scope = new PointerScope()) {
            if (device.isCuda()) {
                torch_cuda.set_device((byte) device.index());
            }
            ProcessGroup group = new ProcessGroup(ddp.rank(), ddp.worldSize());
            Milliseconds timeout = new Milliseconds(ddp.timeout().toMillis());
            ProcessGroupGloo gloo = gloo(ddp, meeting, timeout);
            group.setBackend(DeviceType.CPU, BackendType.GLOO, new BackendOptional(gloo));
            ProcessGroupNCCL nccl = null;
            if (device.isCuda() && ddp.backendFor(device) == Backend.NCCL) {
                nccl = new ProcessGroupNCCL(
                        meeting.board().handOut("nccl/" + ddp.restarts()), ddp.rank(), ddp.worldSize());
                nccl.setTimeout(
                        new Milliseconds(ddp.timeout().plus(NCCL_PATIENCE).toMillis()));
                group.setBackend(DeviceType.CUDA, BackendType.NCCL, new BackendOptional(nccl));
                nccl.retainReference();
            } else if (device.isCuda()) {
                group.setBackend(DeviceType.CUDA, BackendType.GLOO, new BackendOptional(gloo));
            }
            group.retainReference();
            return new RankGroup(group, nccl);
        }
    }

    private static ProcessGroupGloo gloo(Ddp ddp, Rendezvous.Meeting meeting, Milliseconds timeout) {
        ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(timeout);
        options.threads(GLOO_THREADS);
        String interfaces = System.getenv("GLOO_SOCKET_IFNAME");
        options.devices()
                .push_back(
                        interfaces == null || interfaces.isBlank()
                                ? ProcessGroupGloo.createDeviceForHostname(meeting.address())
                                : ProcessGroupGloo.createDeviceForInterface(interfaces.split(",", 2)[0].strip()));
        return new ProcessGroupGloo(
                meeting.board().handOut("gloo/" + ddp.restarts()), ddp.rank(), ddp.worldSize(), options);
    }

    ProcessGroup torch() {
        return torch;
    }

    /** Breaks off what is under way. */
    void abort() {
        if (nccl != null) {
            nccl.abort();
            nccl.close();
        }
        torch.close();
    }

    @Override
    public void close() {
        if (nccl != null) {
            nccl.shutdown();
            nccl.close();
        }
        torch.close();
    }
}

package ai.flightmind.train.distributed;

import ai.flightmind.model.libtorch.Operator;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolVector;
import org.bytedeco.pytorch.Logger;
import org.bytedeco.pytorch.ProcessGroup;
import org.bytedeco.pytorch.Reducer;
import org.bytedeco.pytorch.SizeTStringMap;
import org.bytedeco.pytorch.SizeTVector;
import org.bytedeco.pytorch.SizeTVectorVector;
import org.bytedeco.pytorch.StringLongMap;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * c10d's {@code Reducer}, the engine below PyTorch's DistributedDataParallel (Li et al., "PyTorch Distributed", 2020).
 * Gradients are views of its buckets, so that nothing is copied back.
 */
final class BucketReducer implements GradientReducer {
    private final Reducer reducer;
    private final Logger times;
    private final List<Tensor> parameters;
    private final int worldSize;
    private final Runnable together;
    private final Operator zero = Operator.of("aten::_foreach_zero_", "");

    private BucketReducer(Reducer reducer, Logger times, List<Tensor> parameters, int worldSize, Runnable together) {
        this.reducer = reducer;
        this.times = times;
        this.parameters = parameters;
        this.worldSize = worldSize;
        this.together = together;
    }

    static BucketReducer over(ProcessGroup group, Ddp ddp, Map<String, Tensor> parameters, Runnable together) {
        try (PointerScope scope = new PointerScope()) {
            List<Tensor> tensors = List.copyOf(parameters.values());
            TensorVector vector = new TensorVector(tensors.toArray(new Tensor[0]));
            long firstBytes = torch.kDefaultFirstBucketBytes();
            long bucketBytes = (long) ddp.bucketMib() << 20;
            SizeTVectorVector buckets =
                    reversed(torch.compute_bucket_assignment_by_size(vector, new SizeTVector(firstBytes, bucketBytes))
                            .get0());
            boolean findUnused = false;
            boolean gradientsAsViews = true;
            boolean skipUnused = false;
            boolean pythonDictionaries = false;
            Reducer reducer = new Reducer(
                    vector,
                    buckets,
                    group,
                    noneOf(tensors.size()),
                    bucketBytes,
                    findUnused,
                    gradientsAsViews,
                    names(parameters),
                    firstBytes,
                    skipUnused,
                    pythonDictionaries);
            Logger times = new Logger(reducer);
            int[] devices = {};
            int noOutputDevice = -1;
            times.set_construction_data_and_log("Gpt", devices, noOutputDevice, false, false, false);
            reducer.set_ddp_runtime_logging_sample_rate(1);
            reducer.retainReference();
            times.retainReference();
            return new BucketReducer(reducer, times, tensors, ddp.worldSize(), together);
        }
    }

    /** Gradients come in about the reverse order of the parameters. */
    private static SizeTVectorVector reversed(SizeTVectorVector buckets) {
        SizeTVectorVector reversed = new SizeTVectorVector();
        for (long i = buckets.size() - 1; i >= 0; i--) {
            reversed.push_back(buckets.get(i));
        }
        return reversed;
    }

    private static BoolVector noneOf(int count) {
        BoolVector none = new BoolVector(count);
        for (int i = 0; i < count; i++) {
            none.put(i, false);
        }
        return none;
    }

    private static SizeTStringMap names(Map<String, Tensor> parameters) {
        SizeTStringMap names = new SizeTStringMap();
        long index = 0;
        for (String name : parameters.keySet()) {
            names.put(index++, new BytePointer(name));
        }
        return names;
    }

    @Override
    public void beforeMicroBatch(boolean last) {
        if (!last) {
            return; // gradients add up: the hooks ignore a backward pass that was not prepared for
        }
        together.run();
        boolean ignored = reducer.rebuild_buckets();
        reducer.prepare_for_forward();
        try (TensorVector noOutputsToSearch = new TensorVector()) {
            reducer.prepare_for_backward(noOutputsToSearch);
        }
    }

    @Override
    public double scale() {
        return worldSize;
    }

    @Override
    public long exposedNanos() {
        try (PointerScope scope = new PointerScope()) {
            times.set_runtime_stats_and_log();
            StringLongMap nanos = times.get_ddp_logging_data().ints_map();
            long whole = nanos.get(new BytePointer("backward_comm_time"));
            long hidden = nanos.get(new BytePointer("backward_compute_comm_overlap_time"));
            return Math.max(0, whole - hidden);
        }
    }

    /**
     * With one micro-batch a gradient is copied into its bucket as soon as it is made, and dropping it first saves a pass
     * over the memory; several add up in the buckets themselves, which saves a second set of gradients.
     */
    @Override
    public void clearGradients(int microBatches) {
        if (microBatches == 1) {
            SingleProcess.drop(parameters);
            return;
        }
        try (PointerScope scope = new PointerScope()) {
            zero.call(Operator.tensors(parameters.stream()
                    .map(Tensor::grad)
                    .filter(Tensor::defined) // a step that failed may not have come to all of them
                    .toList()));
        }
    }

    @Override
    public void close() {
        reducer.remove_autograd_hooks();
        times.close();
        reducer.close();
        SingleProcess.drop(parameters); // they are views of its buckets
    }
}

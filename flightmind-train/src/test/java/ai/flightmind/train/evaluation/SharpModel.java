package ai.flightmind.train.evaluation;

import static ai.flightmind.model.Seed.seed;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.libtorch.Libtorch;
import org.bytedeco.javacpp.FloatPointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** A tiny model that was not trained, but is as decided as if it were: what it foretells hangs on all it has read. */
final class SharpModel {
    private SharpModel() {}

    static Gpt create(int sequenceLength) {
        // Several spinning threads per operator make tiny models slow wherever something else runs beside the tests.
        Libtorch.setThreads(1);
        GptConfig config = GptConfig.builder()
                .depth(1)
                .vocabSize(300)
                .sequenceLength(sequenceLength)
                .build();
        Gpt model = Gpt.create(config, Device.cpu(), seed(5));
        try (NoGradGuard noGrad = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            model.parameters().values().stream()
                    .filter(weight -> weight.dim() == 2)
                    .forEach(weight -> weight.mul_(new Scalar(12.0)));
        }
        return model;
    }

    /** log p(token | context) by the definition of softmax, from logits that are read for this token alone. */
    static double logProbability(Gpt model, int[] context, int token) {
        try (NoGradGuard noGrad = new NoGradGuard();
                PointerScope scope = new PointerScope()) {
            Tensor ids = torch.tensor(context).to(ScalarType.Long).view(1, -1);
            Tensor last = model.logits(ids, Precision.FP32)
                    .select(1, context.length - 1L)
                    .contiguous();
            float[] logits = new float[model.config().vocabSize()];
            new FloatPointer(last.data_ptr()).get(logits);
            double sum = 0;
            for (float logit : logits) {
                sum += Math.exp(logit - logits[token]);
            }
            return -Math.log(sum);
        }
    }
}

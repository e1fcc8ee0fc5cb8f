package ai.flightmind.model;

import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.GeneratorOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Draws one token after the other, running the whole context for each. */
final class TokenSampler {
    private final Gpt model;
    private final Generation generation;

    TokenSampler(Gpt model, Generation generation) {
        this.model = model;
        this.generation = generation;
    }

    int[] continueFrom(int[] prompt) {
        GptConfig config = model.config();
        if (prompt.length == 0) {
            throw new IllegalArgumentException("The prompt must hold at least one token");
        }
        for (int token : prompt) {
            if (token < 0 || token >= config.vocabSize()) {
                throw new IllegalArgumentException(
                        "Token " + token + " of the prompt is outside the vocabulary of " + config.vocabSize());
            }
        }
        int[] tokens = Arrays.copyOf(prompt, prompt.length + generation.maxNewTokens());
        try (PointerScope scope = new PointerScope();
                NoGradGuard noGrad = new NoGradGuard()) {
            Generator generator = torch.make_generator_cpu(generation.seed().value());
            for (int end = prompt.length; end < tokens.length; end++) {
                int begin = Math.max(0, end - config.sequenceLength());
                try (PointerScope step = new PointerScope()) {
                    Tensor logits = logits(Arrays.copyOfRange(tokens, begin, end));
                    tokens[end] = (int) pick(logits, generator);
                }
            }
        }
        return tokens;
    }

    private Tensor logits(int[] context) {
        Tensor ids = torch.tensor(context)
                .to(model.device().toTorch(), ScalarType.Long)
                .view(1, -1);
        return model.nextTokenLogits(ids, generation.precision()).cpu().view(-1);
    }

    private long pick(Tensor logits, Generator generator) {
        if (generation.temperature() == 0) {
            return logits.argmax().item_long();
        }
        return torch.multinomial(probabilities(logits), 1, false, new GeneratorOptional(generator))
                .item_long();
    }

    /** What is drawn from: (V) logits to (V) probabilities. */
    Tensor probabilities(Tensor logits) {
        Tensor scaled = logits.div(new Scalar(generation.temperature()));
        int k = Math.min(generation.topK(), (int) scaled.size(0));
        if (k > 0) {
            Tensor smallestKept = scaled.topk(k).get0().select(0, k - 1);
            scaled = scaled.masked_fill(scaled.lt(smallestKept), new Scalar(Double.NEGATIVE_INFINITY));
        }
        return scaled.softmax(0);
    }
}

package ai.flightmind.model.generation;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.Precision;
import java.util.Arrays;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** The original's way: the model reads the whole window again for each token. */
final class WholeSequence {
    private WholeSequence() {}

    /** The likeliest continuation, with the prompt. */
    static int[] greedy(Gpt model, int[] prompt, int newTokens) {
        int[] all = Arrays.copyOf(prompt, prompt.length + newTokens);
        for (int length = prompt.length; length < all.length; length++) {
            int begin = Math.max(0, length - model.config().sequenceLength());
            long[] window = Arrays.stream(all, begin, length).asLongStream().toArray();
            try (PointerScope scope = new PointerScope();
                    NoGradGuard noGrad = new NoGradGuard()) {
                Tensor logits = model.logits(torch.tensor(window).view(1, -1), Precision.FP32);
                all[length] =
                        (int) logits.select(1, window.length - 1L).argmax().item_long();
            }
        }
        return all;
    }
}

package ai.flightmind.model;

import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/**
 * Forward and backward over a micro-batch by autograd, which calls the hooks of a parameter as soon as its gradient is made.
 * It sees the layers only: the head makes its own gradient, and the look-up's goes into the rows of the embedding's that were
 * read, where autograd would make a second one as large as the embedding. Used by one thread at a time.
 */
final class GradientPass {
    private final GptConfig config;
    private final Weights weights;
    private final Decoder decoder;
    private final LanguageModelHead head;

    GradientPass(GptConfig config, Weights weights, Decoder decoder, LanguageModelHead head) {
        this.config = config;
        this.weights = weights;
        this.decoder = decoder;
        this.head = head;
    }

    /** The sum of the losses, a float64 scalar on the device; adds the gradients to the parameters'. */
    Tensor accumulate(Tensor tokens, Tensor targets, double scale, Compute compute, PassEnds ends) {
        boolean frozen = weights.adapter() != null;
        Tensor embedding = weights.get(Names.EMBEDDING);
        Tensor embedded = torch.embedding(embedding.detach(), tokens);
        embedded.set_requires_grad(!frozen);
        Tensor hidden = decoder.hiddenOf(embedded, compute);
        Tensor hiddenGrad = torch.empty_like(hidden.detach().view(-1, config.width()));
        Tensor embeddingGrad = frozen ? null : torch.empty_like(embedding.detach());
        Tensor lossSum = head.lossSumAndGradient(hidden, targets, scale, compute, hiddenGrad, embeddingGrad, false);
        ends.forward();
        backward(hidden, hiddenGrad.view(hidden.sizes()));
        if (embeddingGrad != null) {
            addLookUp(embeddingGrad, tokens, embedded.grad());
            backward(embedding, embeddingGrad);
        }
        ends.backward();
        return lossSum;
    }

    private static void backward(Tensor root, Tensor gradient) {
        torch.backward(
                new TensorVector(root), new TensorVector(gradient), new BoolOptional(), false, new TensorVector());
    }

    private static void addLookUp(Tensor embeddingGrad, Tensor tokens, Tensor embeddedGrad) {
        try (NoGradGuard noGrad = new NoGradGuard()) {
            if (embeddingGrad.is_cuda()) {
                // Adding to rows there is in no certain order, and not the same each time.
                long noPadding = -1;
                boolean byFrequency = false;
                embeddingGrad.add_(torch.embedding_dense_backward(
                        embeddedGrad, tokens, embeddingGrad.size(0), noPadding, byFrequency));
            } else {
                embeddingGrad.index_add_(0, tokens.reshape(-1), embeddedGrad.reshape(-1, embeddingGrad.size(1)));
            }
        }
    }
}

package ai.flightmind.model;

import java.util.List;
import java.util.Objects;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.BoolOptional;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Forward and backward over rows of a micro-batch. Autograd sees the layers only: the head makes its own gradient, and the
 * look-up's goes into the rows of the embedding's that were read, where autograd would make a second one as large as the
 * embedding. Keeps the memory that it computes into from pass to pass; used by one thread at a time.
 */
final class GradientPass implements AutoCloseable {
    private final GptConfig config;
    private final Weights weights;
    private final Decoder decoder;
    private final LanguageModelHead head;

    GradientPass(GptConfig config, Weights weights, Decoder decoder) {
        this.config = config;
        this.weights = weights;
        this.decoder = decoder;
        this.head = new LanguageModelHead(weights.get(Names.EMBEDDING));
    }

    /**
     * The sum of the losses, and the gradients of it.
     *
     * @param lossSum a float64 scalar on the device
     * @param ofParameters of the trained parameters, in their order
     */
    record Gradients(Tensor lossSum, TensorVector ofParameters) implements AutoCloseable {
        @Override
        public void close() {
            lossSum.close();
            ofParameters.close();
        }
    }

    /**
     * What the layers and the head have made of the rows, and where the way back begins.
     *
     * @param hiddenGrad (B, T, C), float32: the loss's with respect to the hidden states
     * @param embeddingGrad (V, C), float32: with respect to the head; null if it is frozen
     */
    private record Forward(
            Tensor embedded,
            Tensor hidden,
            Tensor lossSum,
            Tensor hiddenGrad,
            @Nullable Tensor embeddingGrad) {}

    private Forward forward(Tensor tokens, Tensor targets, double scale, Compute compute) {
        boolean frozen = weights.adapter() != null;
        Tensor embedding = weights.get(Names.EMBEDDING).detach();
        Tensor embedded = torch.embedding(embedding, tokens);
        embedded.set_requires_grad(!frozen);
        Tensor hidden = decoder.hiddenOf(embedded, compute);
        Tensor hiddenGrad = torch.empty_like(hidden.detach().view(-1, config.width()));
        Tensor embeddingGrad = frozen ? null : torch.empty_like(embedding);
        Tensor lossSum = head.lossSumAndGradient(hidden, targets, scale, compute, hiddenGrad, embeddingGrad);
        return new Forward(embedded, hidden, lossSum, hiddenGrad.view(hidden.sizes()), embeddingGrad);
    }

    /** Leaves what the parameters have of gradients as it is. What is given is the caller's to close. */
    Gradients gradients(Tensor tokens, Tensor targets, double scale, Compute compute, Runnable beforeBackward) {
        try (PointerScope scope = new PointerScope()) {
            Forward forward = forward(tokens, targets, scale, compute);
            beforeBackward.run();
            List<String> names = List.copyOf(weights.trained().keySet());
            TensorVector leaves = new TensorVector(names.stream()
                    .map(name -> name.equals(Names.EMBEDDING) ? forward.embedded() : trained(name))
                    .toArray(Tensor[]::new));
            TensorVector gradients = torch.grad(
                    new TensorVector(forward.hidden()),
                    leaves,
                    new TensorVector(forward.hiddenGrad()),
                    new BoolOptional(),
                    false,
                    false);
            Tensor embeddingGrad = forward.embeddingGrad();
            if (embeddingGrad != null) {
                int embedding = names.indexOf(Names.EMBEDDING);
                addLookUp(embeddingGrad, tokens, gradients.get(embedding));
                gradients.put(embedding, embeddingGrad);
            }
            Tensor lossSum = forward.lossSum();
            lossSum.retainReference();
            gradients.retainReference();
            return new Gradients(lossSum, gradients);
        }
    }

    /** Adds the gradients to the parameters', through autograd: hooks on a parameter fire as soon as its own is made. */
    Tensor accumulate(Tensor tokens, Tensor targets, double scale, Compute compute, Runnable beforeBackward) {
        Forward forward = forward(tokens, targets, scale, compute);
        beforeBackward.run();
        backward(forward.hidden(), forward.hiddenGrad());
        Tensor embeddingGrad = forward.embeddingGrad();
        if (embeddingGrad != null) {
            addLookUp(embeddingGrad, tokens, forward.embedded().grad());
            backward(weights.get(Names.EMBEDDING), embeddingGrad);
        }
        return forward.lossSum();
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

    private Tensor trained(String name) {
        return Objects.requireNonNull(weights.trained().get(name));
    }

    @Override
    public void close() {
        head.close();
    }
}

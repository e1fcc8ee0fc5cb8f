package ai.flightmind.model.lora;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The shape of an adapter: beside each target layer y = W·x it computes y += (alpha/rank)·B·(A·x). An immutable value.
 *
 * @param rank rows of A and columns of B; at least 1; default 16
 * @param alpha over the rank, how much what the adapter says counts; positive; default 32
 * @param targets the layers of each block; default all seven
 */
public record LoraConfig(int rank, double alpha, Set<LoraTarget> targets) {
    public LoraConfig {
        if (rank < 1) {
            throw new IllegalArgumentException("rank must be at least 1, not " + rank);
        }
        if (!(alpha > 0) || Double.isInfinite(alpha)) {
            throw new IllegalArgumentException("alpha must be a positive number, not " + alpha);
        }
        if (targets.isEmpty()) {
            throw new IllegalArgumentException("An adapter needs at least one target layer");
        }
        targets = Collections.unmodifiableSet(EnumSet.copyOf(targets));
    }

    public static Builder builder() {
        return new Builder();
    }

    public Builder toBuilder() {
        return builder().rank(rank).alpha(alpha).targets(targets);
    }

    /** What B·(A·x) is multiplied by: alpha/rank. */
    public double scale() {
        return alpha / rank;
    }

    /** Builds a {@link LoraConfig}; nothing is required. */
    public static final class Builder {
        private int rank = 16;
        private double alpha = 32;
        private Set<LoraTarget> targets = EnumSet.allOf(LoraTarget.class);

        private Builder() {}

        /** Rows of A and columns of B; at least 1; default 16. */
        public Builder rank(int rank) {
            this.rank = rank;
            return this;
        }

        /** Over the rank, how much what the adapter says counts; positive; default 32. */
        public Builder alpha(double alpha) {
            this.alpha = alpha;
            return this;
        }

        /** The layers of each block that are adapted; default all seven. */
        public Builder targets(LoraTarget first, LoraTarget... others) {
            return targets(EnumSet.of(first, others));
        }

        /** The layers of each block that are adapted; default all seven. */
        public Builder targets(Set<LoraTarget> targets) {
            this.targets = targets;
            return this;
        }

        public LoraConfig build() {
            return new LoraConfig(rank, alpha, targets);
        }
    }
}

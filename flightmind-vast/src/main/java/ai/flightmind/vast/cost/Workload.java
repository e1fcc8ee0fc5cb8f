package ai.flightmind.vast.cost;

import org.jspecify.annotations.Nullable;

/**
 * A training run, as far as its cost goes. An immutable value.
 *
 * <pre>{@code
 * Workload d24 = Workload.builder().parameters(956_376_576).tokens(95_000L * 524_288).diskGb(500).build();
 * }</pre>
 */
public final class Workload {
    private static final double OPERATIONS_PER_PARAMETER_AND_TOKEN = 6;
    /** Weights, gradients and both moments of AdamW, in float32. */
    private static final double BYTES_PER_PARAMETER = 16;

    private static final double TERA = 1e12;

    private final long parameters;
    private final long tokens;
    private final double diskGb;
    private final double downloadGb;
    private final double uploadGb;
    private final double measuredToPlanned;

    private Workload(Builder builder) {
        this.parameters = builder.parameters;
        this.tokens = builder.tokens;
        this.diskGb = builder.diskGb;
        this.downloadGb = builder.downloadGb;
        this.uploadGb = builder.uploadGb;
        this.measuredToPlanned = builder.measuredToPlanned();
    }

    /** Required: {@link Builder#parameters} and {@link Builder#tokens}. */
    public static Builder builder() {
        return new Builder();
    }

    /** A run of a model of so many numbers over so many tokens; the other settings have their defaults. */
    public static Workload training(long parameters, long tokens) {
        return builder().parameters(parameters).tokens(tokens).build();
    }

    public Builder toBuilder() {
        Builder builder = builder()
                .parameters(parameters)
                .tokens(tokens)
                .diskGb(diskGb)
                .downloadGb(downloadGb)
                .uploadGb(uploadGb);
        builder.inheritedFactor = measuredToPlanned;
        return builder;
    }

    /** How many numbers the model has. */
    public long parameters() {
        return parameters;
    }

    /** How many tokens it is trained on, repeated ones counted again. */
    public long tokens() {
        return tokens;
    }

    /** The disk to rent, in GB. */
    public double diskGb() {
        return diskGb;
    }

    /** What the instance downloads, in GB. */
    public double downloadGb() {
        return downloadGb;
    }

    /** What it uploads, in GB. */
    public double uploadGb() {
        return uploadGb;
    }

    /** Whether a measured throughput corrects the planned one. */
    public boolean isMeasured() {
        return measuredToPlanned != 1;
    }

    /** What each GPU must hold whatever the batch, in GB: 16 bytes for each parameter. */
    public double stateGb() {
        return BYTES_PER_PARAMETER * parameters / 1e9;
    }

    /** Tokens per second of one GPU: planned, times what a measurement found against its own plan. */
    public double tokensPerSecond(GpuType gpu) {
        return measuredToPlanned * planned(gpu, parameters);
    }

    private static double planned(GpuType gpu, long parameters) {
        return gpu.plannedTflops() * TERA / (OPERATIONS_PER_PARAMETER_AND_TOKEN * parameters);
    }

    /** Builds a {@link Workload}. Not thread-safe. */
    public static final class Builder {
        private long parameters;
        private long tokens;
        private double diskGb;
        private double downloadGb;
        private double uploadGb;
        private @Nullable GpuType measuredOn;
        private double measuredTokensPerSecond;
        private double inheritedFactor = 1;

        private Builder() {}

        /** How many numbers the model has; required. */
        public Builder parameters(long parameters) {
            this.parameters = parameters;
            return this;
        }

        /** How many tokens it is trained on; required. */
        public Builder tokens(long tokens) {
            this.tokens = tokens;
            return this;
        }

        /** The disk to rent, in GB; 0 (default) takes the price with the disk that the search asked for. */
        public Builder diskGb(double diskGb) {
            this.diskGb = diskGb;
            return this;
        }

        /** What the instance downloads, in GB; default 0. */
        public Builder downloadGb(double downloadGb) {
            this.downloadGb = downloadGb;
            return this;
        }

        /** What it uploads, in GB; default 0. */
        public Builder uploadGb(double uploadGb) {
            this.uploadGb = uploadGb;
            return this;
        }

        /**
         * What a run of this model was seen to do. It corrects the plan for every type of GPU by the same factor.
         *
         * @param gpuCount how many GPUs it ran on
         * @param tokensPerSecond of all of them together
         */
        public Builder measured(GpuType gpu, int gpuCount, double tokensPerSecond) {
            if (gpuCount < 1 || !(tokensPerSecond > 0) || !Double.isFinite(tokensPerSecond)) {
                throw new IllegalArgumentException("a measured throughput is above 0 on at least one GPU, not "
                        + tokensPerSecond + " tokens/s on " + gpuCount);
            }
            this.measuredOn = gpu;
            this.measuredTokensPerSecond = tokensPerSecond / gpuCount;
            return this;
        }

        public Workload build() {
            if (parameters < 1 || tokens < 1) {
                throw new IllegalArgumentException(
                        "parameters and tokens must be given and positive, not " + parameters + " and " + tokens);
            }
            requireAmount("diskGb", diskGb);
            requireAmount("downloadGb", downloadGb);
            requireAmount("uploadGb", uploadGb);
            return new Workload(this);
        }

        private static void requireAmount(String name, double gb) {
            if (!Double.isFinite(gb) || gb < 0) {
                throw new IllegalArgumentException(name + " must be 0 or more, not " + gb);
            }
        }

        private double measuredToPlanned() {
            return measuredOn == null ? inheritedFactor : measuredTokensPerSecond / planned(measuredOn, parameters);
        }
    }
}

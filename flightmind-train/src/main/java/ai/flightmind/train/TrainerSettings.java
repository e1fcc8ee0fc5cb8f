package ai.flightmind.train;

import ai.flightmind.model.AttentionKernel;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.Precision;
import ai.flightmind.model.Seed;
import ai.flightmind.model.lora.LoraAdapter;
import ai.flightmind.model.lora.LoraTarget;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.checkpoint.SampleRange;
import ai.flightmind.train.data.RowTable;
import ai.flightmind.train.data.SampleOrder;
import ai.flightmind.train.distributed.Ddp;
import ai.flightmind.train.mixture.Mixture;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.bytedeco.javacpp.PointerScope;
import org.jspecify.annotations.Nullable;

/** What a run is to do, checked as far as can be before it begins. See {@link Trainer.Builder} for the meanings. */
record TrainerSettings(
        Gpt model,
        Mixture train,
        RowTable validation,
        long maxSteps,
        StepPlan plan,
        MicroBatch microBatch,
        LearningRate learningRate,
        double weightDecay,
        double gradientClip,
        Precision precision,
        @Nullable Checkpoints checkpoints,
        Resume resume,
        @Nullable Every evaluateEvery,
        Batches evaluationBatches,
        Seed seed,
        int maxNonFiniteSteps,
        double warnAboveEpochs,
        boolean phasesMeasured,
        List<TrainingCallback> callbacks,
        Ddp ddp) {
    private static final int FINGERPRINT_SEQUENCES = 4;

    TrainerSettings {
        callbacks = List.copyOf(callbacks);
        requirePositive("maxSteps", maxSteps);
        requirePositive("maxNonFiniteSteps", maxNonFiniteSteps);
        if (!(gradientClip > 0)) {
            throw new IllegalArgumentException("gradientClip must be positive, not " + gradientClip);
        }
        if (!(weightDecay >= 0) || Double.isInfinite(weightDecay)) {
            throw new IllegalArgumentException("weightDecay must be 0 or positive, not " + weightDecay);
        }
        plan.requireEnoughFor(ddp.worldSize());
        train.rowCounts(plan.sequenceLength())
                .forEach((name, rows) -> requirePositive("The number of rows of " + name, rows.orElse(1)));
        if (evaluateEvery != null) {
            validation.rowCount(plan.sequenceLength());
        }
    }

    private static void requirePositive(String name, long value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, not " + value);
        }
    }

    /** Takes a pass over the token files. */
    void requireDataForTheModel() {
        train.requireTokensBelow(model.config().vocabSize());
        if (evaluateEvery != null) {
            validation.requireTokensBelow(model.config().vocabSize());
        }
    }

    /** The same steps in micro-batches of this many sequences, which divides them. */
    TrainerSettings withMicroBatchSize(int sequences) {
        return new TrainerSettings(
                model,
                train,
                validation,
                maxSteps,
                plan.withMicroBatchSize(sequences),
                microBatch,
                learningRate,
                weightDecay,
                gradientClip,
                precision,
                checkpoints,
                resume,
                evaluateEvery,
                evaluationBatches,
                seed,
                maxNonFiniteSteps,
                warnAboveEpochs,
                phasesMeasured,
                callbacks,
                ddp);
    }

    /** In each evaluation. What is evaluated on must not depend on how much memory a device has. */
    long evaluationSequences() {
        return (long) evaluationBatches.count() * microBatch.orDefault();
    }

    SampleRange samples() {
        long rows = train.onlyTable()
                .map(table -> table.rowCount(plan.sequenceLength()))
                .orElse(0L);
        return new SampleRange(seed, plan.sequencesPerStep(), plan.sequenceLength(), rows, sources());
    }

    private Map<String, SampleRange.Source> sources() {
        Map<String, SampleRange.Source> sources = new LinkedHashMap<>();
        if (train.onlyTable().isEmpty()) {
            int perStep = plan.sequencesPerStep();
            Map<String, List<Long>> start = train.start(perStep);
            train.identities(plan.sequenceLength(), perStep)
                    .forEach((name, identity) -> sources.put(
                            name,
                            new SampleRange.Source(
                                    identity,
                                    step -> Objects.requireNonNull(
                                            train.rowsBefore(step, perStep).get(name)),
                                    start.getOrDefault(name, List.of()))));
        }
        return sources;
    }

    /** Of each source of a mixture, before a step; nothing where there is one table. */
    Map<String, Long> rowsRead(long step) {
        return train.onlyTable().isPresent() ? Map.of() : train.rowsBefore(step, plan.sequencesPerStep());
    }

    /** Of the table, where that is all. */
    SampleOrder order() {
        return new SampleOrder(samples().trainSequences(), seed);
    }

    AttentionKernel attentionKernel() {
        return model.attentionKernel(plan.sequenceLength() - 1, precision); // a row's last token is a target only
    }

    /** What a run is compared by with others, in the names of the field. */
    Map<String, String> hyperparameters() {
        Map<String, String> chosen = new LinkedHashMap<>();
        chosen.put("depth", "" + model.config().depth());
        chosen.put("parameters", "" + model.config().parameterCount());
        chosen.put("vocab_size", "" + model.config().vocabSize());
        chosen.put("sequence_length", "" + plan.sequenceLength());
        chosen.put("precision", precision.name().toLowerCase(Locale.ROOT));
        chosen.put("attention", attentionKernel().name().toLowerCase(Locale.ROOT));
        chosen.put("max_steps", "" + maxSteps);
        chosen.put("tokens_per_step", "" + plan.targetsPerStep());
        chosen.put("micro_batch_size", "" + plan.microBatchSize());
        chosen.put("learning_rate", "" + learningRate.max());
        chosen.put("min_learning_rate", "" + learningRate.min());
        chosen.put("warmup_steps", "" + learningRate.warmupSteps());
        chosen.put("weight_decay", "" + weightDecay);
        chosen.put("gradient_clip", "" + gradientClip);
        chosen.put("seed", "" + seed.value());
        chosen.put("world_size", "" + ddp.worldSize());
        model.adapter().map(LoraAdapter::config).ifPresent(lora -> {
            chosen.put("lora_rank", "" + lora.rank());
            chosen.put("lora_alpha", "" + lora.alpha());
            chosen.put(
                    "lora_targets",
                    lora.targets().stream().map(LoraTarget::layerName).collect(Collectors.joining(",")));
        });
        return chosen;
    }

    /** What must be the same on all ranks, in the words of the builder. */
    Map<String, String> shared() {
        Map<String, String> shared = new LinkedHashMap<>();
        shared.put("depth", "" + model.config().depth());
        shared.put("vocabSize", "" + model.config().vocabSize());
        shared.put("model's sequenceLength", "" + model.config().sequenceLength());
        shared.put("sequenceLength", "" + plan.sequenceLength());
        shared.put(
                "adapter", model.adapter().map(adapter -> "" + adapter.config()).orElse("none"));
        shared.put("device kind", "" + model.device().kind());
        shared.put("precision", "" + precision);
        shared.put("maxSteps", "" + maxSteps);
        shared.put("microBatchSize", "" + microBatch);
        shared.put("sequences per step", "" + plan.sequencesPerStep());
        shared.put("learningRate", "" + learningRate);
        shared.put("weightDecay", "" + weightDecay);
        shared.put("gradientClip", "" + gradientClip);
        shared.put("seed", "" + seed.value());
        shared.put("evaluation", evaluateEvery == null ? "never" : evaluateEvery + " " + evaluationBatches);
        shared.put("maxNonFiniteSteps", "" + maxNonFiniteSteps);
        SampleRange samples = samples();
        if (samples.sources().isEmpty()) {
            shared.put("number of training sequences", "" + samples.trainSequences());
        } else {
            shared.put("mixture", "" + train);
            samples.sources().forEach((name, source) -> shared.put("source " + name, source.identity()));
        }
        if (evaluateEvery != null) {
            shared.put("number of validation sequences", "" + validation.rowCount(plan.sequenceLength()));
        }
        train.onlyTable()
                .ifPresent(table -> shared.put("sum of the first training sequences", "" + sumOfFirstSequences(table)));
        shared.put("bucketMib", "" + ddp.bucketMib());
        shared.put("backend", "" + ddp.backend());
        shared.put("restarts", "" + ddp.restarts());
        return shared;
    }

    private long sumOfFirstSequences(RowTable table) {
        int count = (int) Math.min(FINGERPRINT_SEQUENCES, samples().trainSequences());
        try (PointerScope scope = new PointerScope()) {
            return table.rows(order().rows(0, count), plan.sequenceLength())
                    .sum()
                    .item_long();
        }
    }
}

package ai.flightmind.train.callback;

import ai.flightmind.model.AttentionKernel;
import ai.flightmind.model.Device;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What a run is about to do.
 *
 * @param model the model's shape
 * @param device where it trains
 * @param precision of its matrix products
 * @param attention what computes attention
 * @param rank which of the run's processes this is, from 0
 * @param worldSize how many processes train
 * @param firstStep the first step of this process: 0, or the one after the checkpoint's
 * @param maxSteps the step at which the run is complete
 * @param microBatchSize sequences per forward and backward pass
 * @param gradientAccumulation micro-batches of this process per step
 * @param tokensPerStep targets per step, over all processes
 * @param trainSequences sequences in the training data, as far as they are counted: those of streams are not
 * @param sequenceLength tokens per sequence, at most the model's
 * @param resumedFrom the checkpoint that it goes on from, as rank 0 knows it
 * @param hyperparameters what the trainer was built with, by name, as {@code learning_rate} or {@code seed}; numbers as
 *     Java writes them
 */
public record RunStart(
        GptConfig model,
        Device device,
        Precision precision,
        AttentionKernel attention,
        int rank,
        int worldSize,
        long firstStep,
        long maxSteps,
        int microBatchSize,
        int gradientAccumulation,
        long tokensPerStep,
        long trainSequences,
        int sequenceLength,
        Optional<Path> resumedFrom,
        Map<String, String> hyperparameters) {
    public RunStart {
        hyperparameters = Collections.unmodifiableMap(new LinkedHashMap<>(hyperparameters));
    }
}

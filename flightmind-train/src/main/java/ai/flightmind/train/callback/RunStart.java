package ai.flightmind.train.callback;

import ai.flightmind.model.Device;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a run is about to do.
 *
 * @param model the model's shape
 * @param device where it trains
 * @param precision of its matrix products
 * @param firstStep the first step of this process: 0, or the one after the checkpoint's
 * @param maxSteps the step at which the run is complete
 * @param microBatchSize sequences per forward and backward pass
 * @param gradientAccumulation micro-batches per step
 * @param tokensPerStep targets per step
 * @param trainSequences sequences in the training data
 * @param resumedFrom the checkpoint that it goes on from
 */
public record RunStart(
        GptConfig model,
        Device device,
        Precision precision,
        long firstStep,
        long maxSteps,
        int microBatchSize,
        int gradientAccumulation,
        long tokensPerStep,
        long trainSequences,
        Optional<Path> resumedFrom) {}

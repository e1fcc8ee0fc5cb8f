package ai.flightmind.train.checkpoint;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.optimizer.AdamW;

/**
 * What a checkpoint saves. A view, not a copy: it must be written before the next step changes the tensors.
 *
 * @param model the weights; not owned
 * @param optimizer the moments; not owned
 * @param learningRate of the last step
 * @param state how far the run is
 * @param samples what decides the order of samples
 */
public record Snapshot(Gpt model, AdamW optimizer, double learningRate, RunState state, SampleRange samples) {}

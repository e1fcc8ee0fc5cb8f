package ai.flightmind.examples;

import static ai.flightmind.model.Seed.seed;

import ai.flightmind.examples.aviation.ChatCorpus;
import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.LearningRate;
import ai.flightmind.train.Trainer;
import ai.flightmind.train.chat.ChatDataset;
import ai.flightmind.train.checkpoint.CheckpointWriter;
import ai.flightmind.train.metrics.CostMeter;
import ai.flightmind.train.progress.LiveProgress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * A small base to fine-tune: trained, all its weights, on radio calls, so that it knows turns and capital letters, but
 * has never been asked anything. What a base has never read, such as small letters, an adapter hardly teaches it: the
 * embeddings are frozen.
 */
final class TowerModel {
    private static final long SEED = 42;
    private static final int SEQUENCE_LENGTH = 192;
    private static final int MICRO_BATCH_SIZE = 8;

    private TowerModel() {}

    /** Trains it and writes its weights; some half a minute on two cores. */
    static void train(Path checkpoint, int steps) {
        Path calls = checkpoint.resolveSibling("calls.jsonl");
        write(calls, ChatCorpus.of(SEED).calls(4_000));
        try (Tokenizer bytes = Tokenizer.bytes();
                Gpt model = Gpt.create(
                        GptConfig.builder()
                                .depth(2)
                                .vocabSize(bytes.vocabSize())
                                .sequenceLength(SEQUENCE_LENGTH)
                                .build(),
                        Device.cpu(),
                        seed(SEED));
                Trainer trainer = Trainer.builder()
                        .model(model)
                        .data(ChatDataset.builder()
                                .conversations(calls)
                                .tokenizer(bytes)
                                .sequenceLength(SEQUENCE_LENGTH)
                                .packed()
                                .build())
                        .maxSteps(steps)
                        .microBatchSize(MICRO_BATCH_SIZE)
                        .tokensPerStep((long) MICRO_BATCH_SIZE * (SEQUENCE_LENGTH - 1))
                        .learningRate(LearningRate.cosine(4e-3, 4e-4).warmup(20))
                        .callback(new LiveProgress(50, CostMeter.unknown()))
                        .build()) {
            trainer.run();
            CheckpointWriter.writeWeights(checkpoint, model);
        }
    }

    static void write(Path file, Stream<String> lines) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, lines.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
        }
    }
}

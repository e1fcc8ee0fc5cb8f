package ai.flightmind.train;

import static ai.flightmind.model.Seed.seed;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.model.lora.LoraConfig;
import ai.flightmind.train.data.TokenDataset;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.pytorch.Tensor;

/** A model and data so small that a step takes milliseconds. */
final class TinyRun {
    static final int VOCABULARY = 512;
    static final int SEQUENCE_LENGTH = 64;
    static final int SEQUENCES_PER_STEP = 8;
    static final long TOKENS_PER_STEP = SEQUENCES_PER_STEP * (SEQUENCE_LENGTH - 1);
    static final int TRAIN_ROWS = 300;

    static final LoraConfig LORA = LoraConfig.builder().rank(4).alpha(8).build();

    private TinyRun() {}

    static GptConfig config() {
        return GptConfig.builder()
                .depth(1)
                .vocabSize(VOCABULARY)
                .sequenceLength(SEQUENCE_LENGTH)
                .build();
    }

    static Gpt model() {
        // Several spinning threads per operator make tiny steps slow wherever something else runs beside the tests.
        Libtorch.setThreads(1);
        return Gpt.create(config(), Device.cpu(), seed(5));
    }

    static TokenDataset data(Path directory) {
        return data(directory, TRAIN_ROWS);
    }

    static TokenDataset data(Path directory, int trainRows) {
        write(directory, trainRows);
        return TokenDataset.open(directory);
    }

    static void write(Path directory, int trainRows) {
        try {
            Files.createDirectories(directory);
            Files.write(directory.resolve("train.bin"), tokens(trainRows, 1));
            Files.write(directory.resolve("val.bin"), tokens(20, 2));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] tokens(int rows, long seed) {
        Random random = new Random(seed);
        ByteBuffer bytes = ByteBuffer.allocate(2 * rows * SEQUENCE_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            bytes.putShort((short) random.nextInt(VOCABULARY));
        }
        return bytes.array();
    }

    /** Two micro-batches of 4 sequences per step. */
    static Trainer.Builder trainer(Gpt model, TokenDataset data) {
        return Trainer.builder()
                .model(model)
                .data(data)
                .microBatchSize(4)
                .tokensPerStep(TOKENS_PER_STEP)
                .learningRate(LearningRate.cosine(3e-3, 3e-4).warmup(3))
                .seed(seed(7));
    }

    /** The bits of every weight. */
    static Map<String, ByteBuffer> weights(Gpt model) {
        Map<String, ByteBuffer> weights = new LinkedHashMap<>();
        model.parameters().forEach((name, weight) -> weights.put(name, bits(weight)));
        return weights;
    }

    /** The bits of what training changes. */
    static Map<String, ByteBuffer> trained(Gpt model) {
        Map<String, ByteBuffer> trained = new LinkedHashMap<>();
        model.trainedParameters().forEach((name, tensor) -> trained.put(name, bits(tensor)));
        return trained;
    }

    static ByteBuffer bits(Tensor tensor) {
        byte[] bytes = new byte[Math.toIntExact(tensor.nbytes())];
        try (BytePointer memory = new BytePointer(tensor.data_ptr())) {
            memory.get(bytes);
        }
        return ByteBuffer.wrap(bytes);
    }
}

package ai.flightmind.train;

import static ai.flightmind.model.Seed.seed;
import static ai.flightmind.train.Batches.batches;
import static ai.flightmind.train.Every.every;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.data.Percentage.withPercentage;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.Precision;
import ai.flightmind.model.chat.ChatEncoder;
import ai.flightmind.model.chat.ChatMessage;
import ai.flightmind.model.chat.ChatTemplate;
import ai.flightmind.model.generation.Completion;
import ai.flightmind.model.generation.FinishReason;
import ai.flightmind.model.generation.Generation;
import ai.flightmind.model.generation.Generator;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.model.lora.LoraAdapter;
import ai.flightmind.model.lora.LoraConfig;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.chat.ChatDataset;
import ai.flightmind.train.chat.ChatRows;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.CheckpointWriter;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.Batch;
import ai.flightmind.train.data.SampleOrder;
import ai.flightmind.train.data.TokenDataset;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A small model that answers a letter with its number in the alphabet, from 0, is taught to count from 1. */
@Timeout(120)
class ChatTrainingTest {
    private static final String LETTERS = "ABCDEFGHIJ";
    private static final int LENGTH = 32;
    private static final GptConfig CONFIG =
            GptConfig.builder().depth(2).vocabSize(263).sequenceLength(LENGTH).build();
    private static final Tokenizer BYTES = Tokenizer.bytes();

    @TempDir
    static Path folder;

    private static Path base = Path.of("");

    @BeforeAll
    static void pretrain() throws IOException {
        Libtorch.setThreads(1);
        Random random = new Random(4);
        StringBuilder text = new StringBuilder();
        while (text.length() < 100_000) {
            int number = random.nextInt(10);
            text.append("<|user|>" + LETTERS.charAt(number) + "<|end_of_turn|><|assistant|>" + number
                    + ".<|end_of_turn|><|endoftext|>");
        }
        int[] ids = BYTES.encodeWithSpecialTokens(text.toString());
        ByteBuffer tokens = ByteBuffer.allocate(2 * ids.length).order(ByteOrder.LITTLE_ENDIAN);
        Arrays.stream(ids).forEach(id -> tokens.putShort((short) id));
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.write(data.resolve("train.bin"), tokens.array());
        Files.write(data.resolve("val.bin"), tokens.array());
        base = folder.resolve("base.pt");
        try (Gpt model = Gpt.create(CONFIG, Device.cpu(), seed(1));
                TokenDataset dataset = TokenDataset.open(data);
                Trainer trainer = Trainer.builder()
                        .model(model)
                        .data(dataset)
                        .maxSteps(140)
                        .microBatchSize(8)
                        .tokensPerStep(8 * (LENGTH - 1))
                        .learningRate(LearningRate.cosine(3e-3, 3e-4).warmup(10))
                        .build()) {
            trainer.run();
            CheckpointWriter.writeWeights(base, model);
        }
    }

    private static Gpt base() {
        Gpt model = Gpt.create(CONFIG, Device.cpu(), seed(0));
        CheckpointReader.readWeights(base, model);
        return model;
    }

    private static String taught(int number) {
        return (number + 1) % 10 + ".";
    }

    private static ChatDataset conversations(UnaryOperator<ChatDataset.Builder> settings) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int copy = 0; copy < 4; copy++) {
            for (int number = 0; number < 10; number++) {
                lines.append(
                        "{\"prompt\": \"" + LETTERS.charAt(number) + "\", \"response\": \"" + taught(number) + "\"}\n");
            }
        }
        Path file = Files.writeString(folder.resolve("chat.jsonl"), lines);
        return settings.apply(ChatDataset.builder()
                        .conversations(file)
                        .validation(file)
                        .tokenizer(BYTES)
                        .sequenceLength(LENGTH))
                .build();
    }

    private static Trainer.Builder trainer(Gpt model, ChatDataset data, long maxSteps) {
        return Trainer.builder()
                .model(model)
                .data(data)
                .maxSteps(maxSteps)
                .microBatchSize(5)
                .tokensPerStep(10L * (data.train().rowLength() - 1))
                .learningRate(LearningRate.cosine(3e-3, 3e-4).warmup(10))
                .weightDecay(0)
                .evaluation(every(1_000), batches(4));
    }

    private static String answer(Gpt model, String question) {
        ChatEncoder encoder = new ChatEncoder(ChatTemplate.standard(), BYTES);
        int[] prompt = encoder.prompt(List.of(ChatMessage.user(question)));
        Generation greedy = Generation.greedy(10).toBuilder()
                .stopTokens(Set.of(encoder.endOfTurn()))
                .build();
        Completion said =
                Generator.builder().model(model).tokenizer(BYTES).build().completeTokens(prompt, greedy);
        assertThat(said.finishReason()).isEqualTo(FinishReason.STOP_TOKEN);
        return said.text();
    }

    private static void assertAnswersAsTaught(Gpt model) {
        for (int number = 0; number < 10; number++) {
            assertThat(answer(model, LETTERS.substring(number, number + 1))).isEqualTo(taught(number));
        }
    }

    @Test
    void assistantAnswersAsTaughtAndSoDoesTheMergedModel() throws IOException {
        Recorder recorder = new Recorder();
        Path merged = folder.resolve("merged.pt");
        ChatDataset data = conversations(settings -> settings);
        try (Gpt model = base()) {
            assertThat(answer(model, "D")).isEqualTo("3.");
            model.attachAdapter(LoraConfig.builder().build(), seed(2));
            try (Trainer trainer = trainer(model, data, 60)
                    .microBatchSize(10)
                    .callback(recorder)
                    .build()) {
                TrainingResult result = trainer.run();

                assertThat(step(recorder, 0).loss()).isGreaterThan(1);
                assertThat(result.validationLoss().getAsDouble()).isLessThan(0.1);
                // Of each row 3 tokens are learned: "4." and the end of the turn.
                assertThat(result.tokens()).isEqualTo(60 * 10 * 3);
            }
            assertAnswersAsTaught(model);
            model.mergeAdapter();
            CheckpointWriter.writeWeights(merged, model);
        }
        try (Gpt model = Gpt.create(CONFIG, Device.cpu(), seed(0))) {
            CheckpointReader.readWeights(merged, model);
            assertAnswersAsTaught(model);
        }
    }

    private static Step step(Recorder recorder, long number) {
        return Objects.requireNonNull(recorder.steps.get(number));
    }

    /** Rows differ in how many targets they have, so the mean over a step is no mean of means. */
    @Test
    void lossIsTheMeanOverTheLearnedTokensOfTheWholeStep() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 1; i <= 15; i++) {
            lines.append("{\"prompt\": \"q\", \"response\": \"" + "a".repeat(i) + "\"}\n");
        }
        Path file = Files.writeString(folder.resolve("uneven.jsonl"), lines);
        ChatDataset data = conversations(
                settings -> settings.conversations(file).validation(file).packed());
        ChatRows rows = data.train();
        List<Recorder> recorders = new ArrayList<>();
        for (int microBatchSize : new int[] {1, 2, 4}) {
            Recorder recorder = new Recorder();
            recorders.add(recorder);
            try (Gpt model = base()) {
                model.attachAdapter(LoraConfig.builder().build(), seed(2));
                try (Trainer trainer = trainer(model, data, 3)
                        .microBatchSize(microBatchSize)
                        .tokensPerStep(4L * (LENGTH - 1))
                        .seed(seed(9))
                        .callback(recorder)
                        .build()) {
                    trainer.run();
                }
            }
        }
        long[] first = new SampleOrder(rows.rowCount(LENGTH), seed(9)).rows(0, 4);
        long targets = rows.targetCount(first, LENGTH);
        assertThat(targets).isLessThan(4L * (LENGTH - 1));
        try (Gpt model = base();
                PointerScope scope = new PointerScope()) {
            Batch batch = Batch.ofRows(rows.rows(first, LENGTH), model.device());
            double expected = model.lossSum(batch.inputs(), batch.targets(), Precision.FP32)
                            .item_double()
                    / targets;
            recorders.forEach(recorder -> {
                assertThat(step(recorder, 0).loss()).isCloseTo(expected, within(1e-6));
                assertThat(step(recorder, 0).tokens()).isEqualTo(targets);
                for (long number = 0; number < 3; number++) {
                    Step one = step(recorders.get(0), number);
                    assertThat(step(recorder, number).loss()).isCloseTo(one.loss(), within(1e-5));
                    assertThat(step(recorder, number).gradientNorm()).isCloseTo(one.gradientNorm(), within(1e-4));
                }
            });
        }
    }

    /** By a computation of its own: the conversation spelt out, and autograd over the whole logits. */
    @Test
    void onlyTheAssistantsTokensCountInLossAndGradient() throws IOException {
        Path file = Files.writeString(
                folder.resolve("turns.jsonl"),
                "{\"messages\": [{\"role\": \"system\", \"content\": \"s\"}, {\"role\": \"user\", \"content\": \"A\"},"
                        + " {\"role\": \"assistant\", \"content\": \"0.\"}, {\"role\": \"user\", \"content\": \"B\"},"
                        + " {\"role\": \"assistant\", \"content\": \"\"}, {\"role\": \"user\", \"content\": \"C\"},"
                        + " {\"role\": \"assistant\", \"content\": \"2.\"}, {\"role\": \"user\", \"content\": \"D\"}]}");
        Recorder recorder = new Recorder();
        try (Gpt model = base()) {
            model.attachAdapter(LoraConfig.builder().build(), seed(2));
            ChatDataset data =
                    conversations(settings -> settings.conversations(file).validation(file));
            try (Trainer trainer = trainer(model, data, 1)
                    .microBatchSize(1)
                    .tokensPerStep(LENGTH - 1)
                    .callback(recorder)
                    .build()) {
                trainer.run();
            }
        }
        int[] ids = BYTES.encodeWithSpecialTokens("<|system|>s<|end_of_turn|>"
                + "<|user|>A<|end_of_turn|><|assistant|>0.<|end_of_turn|>"
                + "<|user|>B<|end_of_turn|><|assistant|><|end_of_turn|>"
                + "<|user|>C<|end_of_turn|><|assistant|>2.<|end_of_turn|>");
        long[] answers = {7, 8, 9, 14, 19, 20, 21};
        try (Gpt model = base();
                PointerScope scope = new PointerScope()) {
            LoraAdapter adapter = model.attachAdapter(LoraConfig.builder().build(), seed(2));
            long[] asLongs = Arrays.stream(ids).asLongStream().toArray();
            Tensor logits = model.logits(torch.tensor(asLongs).view(1, -1), Precision.FP32);
            long[] before = Arrays.stream(answers).map(position -> position - 1).toArray();
            long[] targets = Arrays.stream(answers)
                    .map(position -> asLongs[(int) position])
                    .toArray();
            Tensor loss = torch.cross_entropy_loss(
                    logits.select(0, 0).index_select(0, torch.tensor(before)), torch.tensor(targets));
            loss.backward();
            double squares = adapter.parameters().values().stream()
                    .mapToDouble(weight -> Math.pow(weight.grad().norm().item_double(), 2))
                    .sum();

            Step step = step(recorder, 0);
            assertThat(step.tokens()).isEqualTo(answers.length);
            assertThat(step.loss()).isCloseTo(loss.item_double(), within(1e-5));
            assertThat(step.gradientNorm()).isCloseTo(Math.sqrt(squares), withPercentage(0.1));
        }
    }

    @Test
    void allWeightsCanBeFineTunedToo() throws IOException {
        ChatDataset data = conversations(ChatDataset.Builder::packed);
        try (Gpt model = base();
                Trainer trainer = trainer(model, data, 60)
                        .microBatchSize(2)
                        .tokensPerStep(4L * (LENGTH - 1))
                        .learningRate(LearningRate.cosine(3e-3, 3e-4).warmup(5))
                        .build()) {
            assertThat(trainer.run().validationLoss().getAsDouble()).isLessThan(0.3);
        }
    }

    @Test
    void stoppedAndResumedRunIsTheUnbrokenOne() throws IOException {
        ChatDataset data = conversations(settings -> settings);
        Recorder unbroken = run(data, "unbroken", Recorder.NEVER);
        Recorder first = run(data, "broken", 3);
        Recorder second = run(data, "broken", Recorder.NEVER);

        Map<Long, String> joined = new TreeMap<>(first.bits());
        joined.putAll(second.bits());
        assertThat(second.starts.get(0).firstStep()).isEqualTo(4);
        assertThat(joined).isEqualTo(unbroken.bits());
    }

    private static Recorder run(ChatDataset data, String directory, long stopAfter) {
        Recorder recorder = new Recorder(stopAfter);
        try (Gpt model = base()) {
            model.attachAdapter(LoraConfig.builder().build(), seed(2));
            try (Trainer trainer = trainer(model, data, 8)
                    .checkpoints(Checkpoints.in(folder.resolve(directory)))
                    .resume(Resume.latest())
                    .callback(recorder)
                    .build()) {
                trainer.run();
            }
        }
        return recorder;
    }

    @Test
    void rowsLongerThanTheModelsSequenceAreRefused() throws IOException {
        ChatDataset data = conversations(settings -> settings.sequenceLength(64));
        try (Gpt model = base()) {
            assertThatThrownBy(() -> trainer(model, data, 1).build())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("from 2 to the model's 32, not 64");
        }
    }
}

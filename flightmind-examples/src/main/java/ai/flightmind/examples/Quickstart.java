package ai.flightmind.examples;

import static ai.flightmind.model.Seed.seed;
import static ai.flightmind.train.Batches.batches;
import static ai.flightmind.train.Every.every;

import ai.flightmind.examples.aviation.AviationCorpus;
import ai.flightmind.examples.aviation.ByteFrequency;
import ai.flightmind.examples.aviation.judge.MetarJudge;
import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.GptConfig;
import ai.flightmind.model.generation.Generation;
import ai.flightmind.model.generation.Generator;
import ai.flightmind.train.LearningRate;
import ai.flightmind.train.Trainer;
import ai.flightmind.train.callback.Evaluation;
import ai.flightmind.train.callback.MetricsFile;
import ai.flightmind.train.callback.Sample;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.checkpoint.CheckpointReader;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.checkpoint.Resume;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.history.RunLog;
import ai.flightmind.train.progress.LiveProgress;
import ai.flightmind.train.report.HtmlReport;
import ai.flightmind.train.tensorboard.TensorBoard;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * The whole on a CPU in under three minutes: composes a corpus of METAR reports and radio calls, writes it as token
 * files, trains a small model with an interruption half-way, and lets the model write reports, which a METAR parser
 * judges.
 */
@Command(
        name = "Quickstart",
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        description = "Trains a small model on a CPU and lets it write weather reports.")
public final class Quickstart implements Runnable {
    private static final long SEED = 42;
    private static final int SEQUENCE_LENGTH = 256;
    private static final int MICRO_BATCH_SIZE = 4;

    @Option(names = "--dir", paramLabel = "DIR", description = "token files, checkpoints and metrics go there")
    private Path directory = Path.of("quickstart");

    @Option(names = "--reports", description = "METAR reports to compose; radio exchanges are one for 25 of them")
    private int reports = 10_000;

    @Option(names = "--depth")
    private int depth = 2;

    @Option(names = "--steps")
    private int steps = 1_600;

    @Option(names = "--write", description = "reports for the model to write")
    private int toWrite = 12;

    public static void main(String[] args) {
        System.exit(Commands.execute(new Quickstart(), args));
    }

    @Override
    public void run() {
        try {
            Path data = directory.resolve("tokenized");
            Path checkpoints = directory.resolve("checkpoints");
            removeEarlierRun(checkpoints);

            AviationCorpus corpus = AviationCorpus.of(SEED);
            byte[] text = ByteDataset.join(Stream.concat(corpus.metars(reports), corpus.exchanges(reports / 25)));
            ByteDataset.write(data, text, SEQUENCE_LENGTH, SEED);
            double unigram = ByteFrequency.of(text).lossOn(text);
            say(
                    "%,d bytes of METAR reports and radio calls in %s; a byte-frequency model's loss is %.3f",
                    text.length, data, unigram);

            train(data, checkpoints, steps / 2L);
            say("Interrupted. The same program would go on from here after a crash, too:");
            double loss = train(data, checkpoints, Long.MAX_VALUE);
            say("Validation loss %.3f, against %.3f of the byte-frequency model.", loss, unigram);

            write(data, checkpoints);
        } catch (IOException e) {
            throw new UncheckedIOException("The quickstart's files cannot be used: " + e.getMessage(), e);
        }
    }

    /** Trains until the end, or asks for a stop before; either way the next call goes on from there. */
    private double train(Path data, Path checkpoints, long interruptAfter) {
        RunLog log = new RunLog(checkpoints.resolve("run.jsonl"));
        try (TokenDataset dataset = TokenDataset.open(data);
                Gpt model = Gpt.create(config(), Device.cpu(), seed(SEED));
                MetricsFile metrics = new MetricsFile(checkpoints.resolve("metrics.jsonl"));
                Trainer trainer = Trainer.builder()
                        .model(model)
                        .data(dataset)
                        .maxSteps(steps)
                        .microBatchSize(MICRO_BATCH_SIZE)
                        .tokensPerStep((long) MICRO_BATCH_SIZE * SEQUENCE_LENGTH)
                        .learningRate(LearningRate.cosine(4e-3, 4e-4).warmup(20))
                        .evaluation(every(100), batches(4))
                        .checkpoints(Checkpoints.in(checkpoints)
                                .every(100)
                                .keepLast(2)
                                .keepBest())
                        .resume(Resume.latest())
                        .callback(new LiveProgress())
                        .callback(metrics)
                        .callback(log)
                        .callback(TensorBoard.in(checkpoints.resolve("tensorboard")))
                        .callback(new TrainingCallback() {
                            @Override
                            public void onEvaluation(Evaluation evaluation, StopRequest stop) {
                                log.onSample(new Sample(evaluation.step(), "METAR ", report(model, 0)));
                            }

                            @Override
                            public void onStep(Step step, StopRequest stop) {
                                if (step.step() == interruptAfter) {
                                    stop.request("to show that a run can be interrupted");
                                }
                            }
                        })
                        .build()) {
            TrainingResult result = trainer.run();
            return result.validationLoss().orElse(Double.NaN);
        }
    }

    private GptConfig config() {
        return GptConfig.builder()
                .depth(depth)
                .vocabSize(ByteDataset.VOCAB_SIZE)
                .sequenceLength(SEQUENCE_LENGTH)
                .build();
    }

    private void write(Path data, Path checkpoints) {
        MetarJudge judge = new MetarJudge();
        int accepted = 0;
        try (Gpt model = Gpt.create(config(), Device.cpu(), seed(SEED))) {
            CheckpointReader.readWeights(checkpoints.resolve("final.pt"), model);
            say("%nThe model writes:");
            for (int i = 0; i < toWrite; i++) {
                String report = report(model, i);
                MetarJudge.Verdict verdict = judge.judge(report);
                accepted += verdict.accepted() ? 1 : 0;
                say("  %s%n      %s", report, verdict.accepted() ? "accepted" : "refused: " + verdict.reason());
            }
        }
        say(
                "%d of %d reports are accepted by a METAR parser. Data in %s, checkpoints in %s.",
                accepted, toWrite, data, checkpoints);
        try {
            Path page = directory.resolve("report.html");
            HtmlReport.of(checkpoints).write(page);
            say("The run on one page: %s", page);
        } catch (IllegalStateException e) {
            say("No page of the run: %s", e);
        }
    }

    /** Begins a document with a report's first word and takes what follows, up to the end of the document. */
    private static String report(Gpt model, long seed) {
        byte[] begin = "\0METAR ".getBytes(StandardCharsets.US_ASCII);
        int[] prompt = new int[begin.length];
        for (int i = 0; i < begin.length; i++) {
            prompt[i] = begin[i];
        }
        Generation generation = Generation.builder()
                .maxNewTokens(120)
                .temperature(0.6)
                .stopTokens(Set.of(ByteDataset.END_OF_TEXT))
                .seed(seed(seed))
                .build();
        StringBuilder report = new StringBuilder("METAR ");
        Generator.builder()
                .model(model)
                .build()
                .completeTokens(prompt, generation)
                .ids()
                .forEach(id -> report.append((char) id.intValue()));
        return report.toString().replace("\n", " / ");
    }

    private static void removeEarlierRun(Path checkpoints) throws IOException {
        if (Files.isDirectory(checkpoints)) {
            try (Stream<Path> files = Files.list(checkpoints)) {
                for (Path file : files.toList()) {
                    String name = file.getFileName().toString();
                    if (name.endsWith(".pt") || name.endsWith(".jsonl")) {
                        Files.delete(file);
                    }
                }
            }
        }
    }

    private static void say(String format, Object... arguments) {
        System.out.printf(Locale.ROOT, format + "%n", arguments);
    }
}

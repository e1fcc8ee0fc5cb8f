package ai.flightmind.examples.benchmark;

import static ai.flightmind.model.Seed.seed;

import ai.flightmind.model.Gpt;
import ai.flightmind.model.libtorch.Libtorch;
import ai.flightmind.train.Trainer;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.data.TokenDataset;
import ai.flightmind.train.distributed.Ddp;
import java.io.IOException;
import java.util.Optional;

/** Trains on random tokens, and says how fast that was. */
public final class Measurement {
    private static final long NEVER_REACHED = 1_000_000;

    private Measurement() {}

    /**
     * Under a launcher the ranks measure together.
     *
     * @return the figures, on rank 0, unless the run was stopped before there were any
     * @throws IOException if there is no room for the tokens
     */
    public static Optional<Figures> of(Setup setup) throws IOException {
        int threads = Libtorch.threads();
        int sequences = setup.sequencesPerStep(Ddp.fromEnvironment().worldSize());
        int length = setup.model().sequenceLength();
        try (MeasuredSteps measured = new MeasuredSteps(setup)) {
            double peak = MatrixPeak.flops(setup.device(), setup.precision());
            try (Workspace files = Workspace.create(
                            2 * sequences, length, setup.model().vocabSize());
                    TokenDataset data = TokenDataset.open(files.directory());
                    Gpt model = Gpt.create(setup.model(), setup.device(), seed(42))) {
                Trainer.Builder builder = Trainer.builder()
                        .model(model)
                        .data(data)
                        .warnAboveEpochs(Double.MAX_VALUE)
                        .maxSteps(NEVER_REACHED)
                        .microBatchSize(setup.microBatchSize())
                        .tokensPerStep((long) sequences * length)
                        .precision(setup.precision())
                        .measurePhases(setup.phasesMeasured())
                        .callback(measured);
                setup.checkpointsEvery()
                        .ifPresent(steps -> builder.checkpoints(
                                Checkpoints.in(files.checkpoints()).every(steps).keepLast(1)));
                try (Trainer trainer = builder.build()) {
                    trainer.run();
                }
            }
            return measured.figures(threads, Math.max(peak, MatrixPeak.flops(setup.device(), setup.precision())));
        }
    }
}

package ai.flightmind.train;

import ai.flightmind.train.callback.Evaluation;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.checkpoint.RunState;
import ai.flightmind.train.distributed.World;
import ai.flightmind.train.error.NonFiniteException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The loop: step, evaluate, tell, save, until the last step or a request to stop. */
final class TrainingLoop {
    private final TrainerSettings settings;
    private final TrainingStep training;
    private final StepPlan plan;
    private final OptionalDouble flopsPerTokenAtPeak;
    private final @Nullable Evaluator evaluator;
    private final @Nullable CheckpointSaver saver;
    private final Callbacks callbacks;
    private final World world;
    private final StopRequest stop;
    private final Pace pace = new Pace();

    private RunState state;
    private OptionalDouble lastLoss = OptionalDouble.empty();
    private OptionalDouble lastValidationLoss = OptionalDouble.empty();
    private int nonFiniteInARow;

    TrainingLoop(
            TrainerSettings settings,
            TrainingStep training,
            OptionalDouble flopsPerTokenAtPeak,
            @Nullable Evaluator evaluator,
            @Nullable CheckpointSaver saver,
            Callbacks callbacks,
            World world,
            StopRequest stop,
            RunState state) {
        this.settings = settings;
        this.training = training;
        this.plan = settings.plan();
        this.flopsPerTokenAtPeak = flopsPerTokenAtPeak;
        this.evaluator = evaluator;
        this.saver = saver;
        this.callbacks = callbacks;
        this.world = world;
        this.stop = stop;
        this.state = state;
    }

    TrainingResult run() {
        boolean trained = false;
        while (state.nextStep() < settings.maxSteps() && !stopAgreed()) {
            long step = state.nextStep();
            double learningRate = settings.learningRate().at(step, settings.maxSteps());
            long begin = System.nanoTime();
            TrainingStep.Outcome outcome = training.run(step, learningRate);
            long nanos = System.nanoTime() - begin;
            trained = true;
            pace.add(nanos, plan.targetsPerStep());
            state = state.afterStep(outcome.loss(), outcome.targets(), outcome.skipped(), outcome.positions());
            lastLoss = OptionalDouble.of(outcome.loss());

            Optional<Evaluation> evaluation = evaluateIfDue(step);
            world.at("telling of step " + step);
            callbacks.step(describe(step, learningRate, outcome, nanos, evaluation));
            stopAfterTooManyNonFinite(outcome, step);
            if (saver != null) {
                world.at("saving after step " + step);
                saver.afterStep(
                        state,
                        learningRate,
                        evaluation.isPresent() && evaluation.get().best());
            }
        }
        save(trained);
        world.barrier(); // nobody leaves before rank 0 has saved
        return result();
    }

    /** All ranks stop if one is asked to. They meet here, so that none goes on before rank 0's checkpoint is complete. */
    private boolean stopAgreed() {
        if (Thread.currentThread().isInterrupted()) {
            stop.request("the training thread was interrupted");
        }
        Optional<String> reason = world.anyReason(stop.reason());
        reason.ifPresent(stop::request);
        return reason.isPresent();
    }

    private Optional<Evaluation> evaluateIfDue(long step) {
        boolean last = step == settings.maxSteps() - 1;
        Every every = settings.evaluateEvery();
        if (evaluator == null || every == null || !(every.isDueAfter(step) || last)) {
            return Optional.empty();
        }
        world.at("evaluating after step " + step);
        long begin = System.nanoTime();
        double loss = evaluator.loss();
        boolean best = loss < state.bestValidationLoss().orElse(Double.POSITIVE_INFINITY);
        if (best) {
            state = state.withBest(loss);
        }
        lastValidationLoss = OptionalDouble.of(loss);
        Duration duration = Duration.ofNanos(System.nanoTime() - begin);
        Evaluation evaluation = new Evaluation(step, loss, best, evaluator.sequences(), duration);
        callbacks.evaluation(evaluation);
        return Optional.of(evaluation);
    }

    private void stopAfterTooManyNonFinite(TrainingStep.Outcome outcome, long step) {
        nonFiniteInARow = outcome.skipped() ? nonFiniteInARow + 1 : 0;
        if (nonFiniteInARow >= settings.maxNonFiniteSteps()) {
            throw new NonFiniteException("Steps " + (step - nonFiniteInARow + 1) + " to " + step + " all had a loss or"
                    + " gradient that is not a finite number (last: loss " + outcome.loss() + ", gradient norm "
                    + outcome.gradientNorm() + "). Their updates were left out and the checkpoints hold none of it."
                    + " Lower the learning rate or lengthen warmup, and resume from the latest checkpoint.");
        }
    }

    /** Also called by the trainer when a callback ended the run, so that its steps are not lost. */
    void save(boolean trained) {
        if (saver == null) {
            return;
        }
        double learningRate = settings.learningRate().at(Math.max(0, state.lastStep()), settings.maxSteps());
        if (state.nextStep() >= settings.maxSteps()) {
            saver.completed(state, learningRate, trained);
        } else {
            saver.stopped(state, learningRate);
        }
    }

    private Step describe(
            long step, double learningRate, TrainingStep.Outcome outcome, long nanos, Optional<Evaluation> evaluation) {
        double tokensPerSecond = Pace.perSecond(plan.targetsPerStep(), nanos);
        OptionalDouble utilisation = flopsPerTokenAtPeak.isPresent()
                ? OptionalDouble.of(tokensPerSecond * flopsPerTokenAtPeak.getAsDouble())
                : OptionalDouble.empty();
        return new Step(
                step,
                settings.maxSteps(),
                outcome.loss(),
                learningRate,
                outcome.gradientNorm(),
                outcome.skipped(),
                evaluation.map(e -> OptionalDouble.of(e.loss())).orElse(OptionalDouble.empty()),
                state.tokens(),
                tokensPerSecond,
                pace.averageTokensPerSecond(),
                utilisation,
                (double) outcome.clock().dataNanos() / Math.max(1, nanos),
                Duration.ofNanos(nanos),
                Duration.ofNanos(outcome.clock().communicationNanos()),
                outcome.clock().phases(nanos),
                pace.elapsed(),
                pace.remaining(settings.maxSteps() - state.nextStep()),
                settings.rowsRead(state.nextStep()));
    }

    private TrainingResult result() {
        boolean completed = state.nextStep() >= settings.maxSteps();
        return new TrainingResult(
                completed,
                completed ? Optional.empty() : stop.reason(),
                state.nextStep(),
                lastLoss,
                lastValidationLoss,
                state.bestValidationLoss(),
                state.tokens(),
                state.skippedSteps(),
                saver == null ? Optional.empty() : saver.newest(),
                pace.elapsed());
    }
}

package ai.flightmind.train;

import ai.flightmind.train.callback.Evaluation;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingResult;
import ai.flightmind.train.checkpoint.RunState;
import ai.flightmind.train.error.NonFiniteException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The loop: step, evaluate, tell, save, until the last step or a request to stop. */
final class TrainingLoop {
    /** The numbers a loop runs by. */
    record Limits(
            long maxSteps, LearningRate learningRate, int maxNonFiniteSteps, OptionalDouble flopsPerTokenAtPeak) {}

    private final TrainingStep training;
    private final StepPlan plan;
    private final Limits limits;
    private final @Nullable Evaluator evaluator;
    private final @Nullable Every evaluateEvery;
    private final @Nullable CheckpointSaver saver;
    private final Callbacks callbacks;
    private final StopRequest stop;
    private final Pace pace = new Pace();

    private RunState state;
    private OptionalDouble lastLoss = OptionalDouble.empty();
    private OptionalDouble lastValidationLoss = OptionalDouble.empty();
    private int nonFiniteInARow;

    TrainingLoop(
            TrainingStep training,
            StepPlan plan,
            Limits limits,
            @Nullable Evaluator evaluator,
            @Nullable Every evaluateEvery,
            @Nullable CheckpointSaver saver,
            Callbacks callbacks,
            StopRequest stop,
            RunState state) {
        this.training = training;
        this.plan = plan;
        this.limits = limits;
        this.evaluator = evaluator;
        this.evaluateEvery = evaluateEvery;
        this.saver = saver;
        this.callbacks = callbacks;
        this.stop = stop;
        this.state = state;
    }

    TrainingResult run() {
        boolean trained = false;
        while (state.nextStep() < limits.maxSteps() && !stopRequested()) {
            long step = state.nextStep();
            double learningRate = limits.learningRate().at(step, limits.maxSteps());
            long begin = System.nanoTime();
            TrainingStep.Outcome outcome = training.run(step, learningRate);
            long nanos = System.nanoTime() - begin;
            trained = true;
            pace.add(nanos, plan.targetsPerStep());
            state = state.afterStep(outcome.loss(), plan.targetsPerStep(), outcome.skipped());
            lastLoss = OptionalDouble.of(outcome.loss());

            Optional<Evaluation> evaluation = evaluateIfDue(step);
            callbacks.step(describe(step, learningRate, outcome, nanos, evaluation));
            stopAfterTooManyNonFinite(outcome, step);
            if (saver != null) {
                saver.afterStep(
                        state,
                        learningRate,
                        evaluation.isPresent() && evaluation.get().best());
            }
        }
        save(trained);
        return result();
    }

    private boolean stopRequested() {
        if (Thread.currentThread().isInterrupted()) {
            stop.request("the training thread was interrupted");
        }
        return stop.reason().isPresent();
    }

    private Optional<Evaluation> evaluateIfDue(long step) {
        boolean last = step == limits.maxSteps() - 1;
        if (evaluator == null || evaluateEvery == null || !(evaluateEvery.isDueAfter(step) || last)) {
            return Optional.empty();
        }
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
        if (nonFiniteInARow >= limits.maxNonFiniteSteps()) {
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
        double learningRate = limits.learningRate().at(Math.max(0, state.lastStep()), limits.maxSteps());
        if (state.nextStep() >= limits.maxSteps()) {
            saver.completed(state, learningRate, trained);
        } else {
            saver.stopped(state, learningRate);
        }
    }

    private Step describe(
            long step, double learningRate, TrainingStep.Outcome outcome, long nanos, Optional<Evaluation> evaluation) {
        double tokensPerSecond = Pace.perSecond(plan.targetsPerStep(), nanos);
        OptionalDouble utilisation = limits.flopsPerTokenAtPeak().isPresent()
                ? OptionalDouble.of(
                        tokensPerSecond * limits.flopsPerTokenAtPeak().getAsDouble())
                : OptionalDouble.empty();
        return new Step(
                step,
                limits.maxSteps(),
                outcome.loss(),
                learningRate,
                outcome.gradientNorm(),
                outcome.skipped(),
                evaluation.map(e -> OptionalDouble.of(e.loss())).orElse(OptionalDouble.empty()),
                state.tokens(),
                tokensPerSecond,
                pace.averageTokensPerSecond(),
                utilisation,
                (double) outcome.dataNanos() / Math.max(1, nanos),
                pace.elapsed(),
                pace.remaining(limits.maxSteps() - state.nextStep()));
    }

    private TrainingResult result() {
        boolean completed = state.nextStep() >= limits.maxSteps();
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

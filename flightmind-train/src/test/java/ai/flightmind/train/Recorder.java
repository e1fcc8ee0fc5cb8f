package ai.flightmind.train;

import ai.flightmind.train.callback.CheckpointWritten;
import ai.flightmind.train.callback.Evaluation;
import ai.flightmind.train.callback.RunStart;
import ai.flightmind.train.callback.Step;
import ai.flightmind.train.callback.StopRequest;
import ai.flightmind.train.callback.TrainingCallback;
import ai.flightmind.train.callback.TrainingResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Keeps what a run told, and asks for a stop after a step if it is given one. */
final class Recorder implements TrainingCallback {
    static final long NEVER = -1;

    private final long stopAfter;
    final List<RunStart> starts = new ArrayList<>();
    final Map<Long, Step> steps = new TreeMap<>();
    final List<Evaluation> evaluations = new ArrayList<>();
    final List<String> saved = new ArrayList<>();
    final List<RuntimeException> notSaved = new ArrayList<>();
    final List<TrainingResult> ends = new ArrayList<>();
    final List<Throwable> errors = new ArrayList<>();

    Recorder() {
        this(NEVER);
    }

    Recorder(long stopAfter) {
        this.stopAfter = stopAfter;
    }

    /** Of each step its loss, gradient norm and learning rate, to the last bit. */
    Map<Long, String> bits() {
        Map<Long, String> bits = new TreeMap<>();
        steps.forEach((number, step) -> bits.put(number, bitsOf(step)));
        return bits;
    }

    static String bitsOf(Step step) {
        return Double.toHexString(step.loss()) + " " + Double.toHexString(step.gradientNorm()) + " "
                + Double.toHexString(step.learningRate());
    }

    @Override
    public void onStart(RunStart start) {
        starts.add(start);
    }

    @Override
    public void onStep(Step step, StopRequest stop) {
        steps.put(step.step(), step);
        if (step.step() == stopAfter) {
            stop.request("the test asked");
        }
    }

    @Override
    public void onEvaluation(Evaluation evaluation, StopRequest stop) {
        evaluations.add(evaluation);
    }

    @Override
    public void onCheckpoint(CheckpointWritten checkpoint) {
        saved.add(String.valueOf(checkpoint.file().getFileName()));
    }

    @Override
    public void onCheckpointFailure(RuntimeException failure) {
        notSaved.add(failure);
    }

    @Override
    public void onEnd(TrainingResult result) {
        ends.add(result);
    }

    @Override
    public void onError(Throwable error) {
        errors.add(error);
    }
}

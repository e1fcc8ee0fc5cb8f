package ai.flightmind.train.callback;

/**
 * Ends a run that does not get better: after so many evaluations in a row without a new lowest validation loss. The run saves
 * and returns as for any stop; {@code best.pt} is the one to take. A resume counts anew, from the lowest loss that the
 * checkpoint has seen.
 */
public final class EarlyStopping implements TrainingCallback {
    private final int patience;
    private int withoutBest;

    /**
     * A callback for one run.
     *
     * @param patience how many evaluations in a row may be worse than the best; at least 1
     */
    public EarlyStopping(int patience) {
        if (patience < 1) {
            throw new IllegalArgumentException("patience must be at least 1 evaluation, not " + patience);
        }
        this.patience = patience;
    }

    @Override
    public void onEvaluation(Evaluation evaluation, StopRequest stop) {
        withoutBest = evaluation.best() ? 0 : withoutBest + 1;
        if (withoutBest >= patience) {
            stop.request("the validation loss has had no new low for " + withoutBest + " evaluations, up to step "
                    + evaluation.step());
        }
    }
}

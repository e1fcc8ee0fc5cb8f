package ai.flightmind.train.callback;

/** Gets the texts that {@link TextSamples} lets the model write, on the training thread. */
@FunctionalInterface
public interface SampleListener {
    void onSample(Sample sample);
}

package ai.flightmind.examples.benchmark;

/**
 * How much of the training thread's time is Java's own: compiled or interpreted code, against native code that Java has
 * called and waits for. Time on the way from one to the other, some nanoseconds a call, is in neither.
 *
 * @param samples in which the thread could have been found in Java
 */
record JavaShare(long javaSamples, long samples) {
    double share() {
        return (double) javaSamples / samples;
    }
}

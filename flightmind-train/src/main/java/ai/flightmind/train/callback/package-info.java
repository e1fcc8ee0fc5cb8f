/**
 * What a run tells while it runs. A {@link ai.flightmind.train.callback.TrainingCallback} gets the events, as immutable
 * records, and may ask for a stop through {@link ai.flightmind.train.callback.StopRequest}. {@link
 * ai.flightmind.train.callback.ConsoleProgress} prints them, {@link ai.flightmind.train.callback.MetricsFile} writes
 * them as JSON lines.
 */
@NullMarked
package ai.flightmind.train.callback;

import org.jspecify.annotations.NullMarked;

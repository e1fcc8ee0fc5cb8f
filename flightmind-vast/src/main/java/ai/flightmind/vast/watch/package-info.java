/**
 * What is looked at on a machine while it works: {@link ai.flightmind.vast.watch.Pulse} asks for everything in one script
 * and reads the answer, {@link ai.flightmind.vast.watch.MetricsLine} is a line of the trainer's metrics, and {@link
 * ai.flightmind.vast.watch.Watchdog} guards the money on the machine itself. Scripts and values; nothing here connects to
 * anything.
 */
@NullMarked
package ai.flightmind.vast.watch;

import org.jspecify.annotations.NullMarked;

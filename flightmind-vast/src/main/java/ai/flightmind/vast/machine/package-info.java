/**
 * What a rented machine really is, against what was promised. {@link ai.flightmind.vast.machine.MachineReport#script} is
 * run on it, its output read into a {@link ai.flightmind.vast.machine.MachineReport}, and {@link
 * ai.flightmind.vast.machine.Promise#shortfalls} says what falls short. Nothing here connects to anything.
 */
@NullMarked
package ai.flightmind.vast.machine;

import org.jspecify.annotations.NullMarked;

/**
 * The calls on machines: start at {@link ai.flightmind.vast.rental.Instances}. {@code Rental} is where money is at stake: it
 * rents once, under a label of its own, and finds out what became of a rental whose answer was lost;
 * {@link ai.flightmind.vast.rental.OrphanSweep} finds what a dead program left behind.
 */
@NullMarked
package ai.flightmind.vast.rental;

import org.jspecify.annotations.NullMarked;

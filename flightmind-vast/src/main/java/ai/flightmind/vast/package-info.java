/**
 * Vast.ai from Java: find an offer, rent it, watch it, destroy it. Start at {@link ai.flightmind.vast.VastClient}, which
 * gives the parts of the service: {@code query} asks and {@code offer} judges, {@code rental} rents, {@code instance} says what was
 * rented, {@code account}, {@code storage} and {@code template} hold the rest, {@code error} says what can go wrong.
 */
@NullMarked
package ai.flightmind.vast;

import org.jspecify.annotations.NullMarked;

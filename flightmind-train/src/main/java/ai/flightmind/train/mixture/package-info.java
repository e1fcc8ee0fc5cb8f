/**
 * Several sources of training rows as one. A {@link ai.flightmind.train.mixture.Mixture} says how many of each step's rows
 * come from which table or stream; {@link ai.flightmind.train.mixture.MixtureReader} reads one rank's share of them.
 * Whatever the number of ranks, a step is made of the same rows.
 */
@NullMarked
package ai.flightmind.train.mixture;

import org.jspecify.annotations.NullMarked;

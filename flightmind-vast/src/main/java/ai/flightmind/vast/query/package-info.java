/**
 * What to search the market for: typed conditions or a line of the command line's language go in, a request's body comes
 * out.
 *
 * <p>Start at {@link ai.flightmind.vast.query.OfferQuery}; its fields are the constants of {@link
 * ai.flightmind.vast.query.OfferField}. Nothing here talks to the service.
 */
@NullMarked
package ai.flightmind.vast.query;

import org.jspecify.annotations.NullMarked;

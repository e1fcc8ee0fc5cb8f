/**
 * What the market has: a search's answer goes in, typed offers, their order by the dollars of a whole run, and the
 * reasons come out.
 *
 * <p>Start at {@link ai.flightmind.vast.offer.Offers}, the answer, which prints as a table; {@link
 * ai.flightmind.vast.offer.OfferRanking} orders it for a {@link ai.flightmind.vast.cost.Workload}, and {@link
 * ai.flightmind.vast.offer.QueryExplanation} says which condition of a query leaves nothing over. {@link ai.flightmind.vast.offer.OfferSearch} asks the
 * service; nothing else here does.
 */
@NullMarked
package ai.flightmind.vast.offer;

import org.jspecify.annotations.NullMarked;

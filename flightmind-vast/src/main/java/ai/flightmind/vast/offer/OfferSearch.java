package ai.flightmind.vast.offer;

import ai.flightmind.vast.cost.Workload;
import ai.flightmind.vast.http.ApiCall;
import ai.flightmind.vast.http.Endpoint;
import ai.flightmind.vast.http.Transport;
import ai.flightmind.vast.query.OfferQuery;

/** What is for rent. The service takes ten searches a minute; more wait for their turn. Thread-safe. */
public final class OfferSearch {
    private final Transport transport;

    /** Made by the client. */
    public OfferSearch(Transport transport) {
        this.transport = transport;
    }

    /**
     * The offers that match, in the query's order. Rows that contradict the query are left out: the service's own filters
     * have been wrong before.
     */
    public Offers search(OfferQuery query) {
        ApiCall call = ApiCall.ask(Endpoint.SEARCH, query.method(), query.path(), query.toBody());
        return Offers.fromJson(transport.call(call)).matching(query);
    }

    /** Why a query finds so few: one more search for each of its conditions. */
    public QueryExplanation explain(OfferQuery query) {
        return QueryExplanation.of(query, relaxed -> search(relaxed).size());
    }

    /**
     * The offers that match and can carry the run to its end, by the dollars it is expected to cost on them; and those
     * that cannot, with the reason. Search with the disk the run needs, which prices include.
     */
    public OfferRanking rank(OfferQuery query, Workload run) {
        return OfferRanking.of(search(query), run);
    }
}

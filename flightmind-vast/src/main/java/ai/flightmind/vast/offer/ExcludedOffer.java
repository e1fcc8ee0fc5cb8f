package ai.flightmind.vast.offer;

/**
 * An offer that cannot carry a run to its end, or of which that cannot be said.
 *
 * @param reason in a sentence
 */
public record ExcludedOffer(Offer offer, String reason) {
    @Override
    public String toString() {
        return offer + ": " + reason;
    }
}

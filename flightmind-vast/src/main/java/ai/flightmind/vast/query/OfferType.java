package ai.flightmind.vast.query;

import java.util.List;
import java.util.regex.Pattern;

/**
 * How an offer is priced and rented. Open: the service may know more than these.
 *
 * @param apiName letters, digits, {@code -} and {@code _}, as the service spells it
 */
public record OfferType(String apiName) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]+");

    /** At the host's price, for as long as the host rents out. */
    public static final OfferType ON_DEMAND = new OfferType("on-demand");
    /** At a bid; stopped while someone bids more. The service's own word is {@code bid}. */
    public static final OfferType INTERRUPTIBLE = new OfferType("bid");
    /** At a discount for paying in advance. */
    public static final OfferType RESERVED = new OfferType("reserved");

    public OfferType {
        if (!NAME.matcher(apiName).matches()) {
            throw new IllegalArgumentException(
                    "an offer type is on-demand, bid (interruptible) or reserved, not '" + apiName + "'");
        }
    }

    /** By the command line's name, which also has {@code interruptible}. */
    public static OfferType of(String name) {
        return name.equals("interruptible") ? INTERRUPTIBLE : new OfferType(name);
    }

    boolean isKnown() {
        return List.of(ON_DEMAND, INTERRUPTIBLE, RESERVED).contains(this);
    }

    @Override
    public String toString() {
        return apiName;
    }
}

package ai.flightmind.examples.aviation.judge;

import io.github.mivek.model.Airport;
import io.github.mivek.provider.airport.AirportProvider;
import io.github.mivek.provider.airport.impl.DefaultAirportProvider;
import java.util.Collections;
import java.util.Map;

/**
 * The parser library's own list of aerodromes, read once per process.
 *
 * <p>Left to itself the library reads the whole list anew for every report, about 16 ms each time,
 * two hundred times as long as all the rest of a verdict. It asks the service loader for a provider
 * first and is given this one; that alone is why the class is public.
 */
public final class AirportsReadOnce implements AirportProvider {
    private static final Map<String, Airport> AIRPORTS =
            Collections.unmodifiableMap(new DefaultAirportProvider().getAirports());

    /** For the service loader. */
    public AirportsReadOnce() {}

    @Override
    public Map<String, Airport> getAirports() {
        return AIRPORTS;
    }
}

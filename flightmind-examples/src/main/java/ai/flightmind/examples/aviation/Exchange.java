package ai.flightmind.examples.aviation;

import java.util.ArrayList;
import java.util.List;

/** The lines of one exchange between a unit on the ground and one aircraft. */
final class Exchange {
    private final String callsign;
    private final List<String> lines = new ArrayList<>();

    Exchange(String callsign) {
        this.callsign = callsign;
    }

    /** The aircraft calls a unit: {@code N123AB: KENNEDY TOWER, N123AB, message.} */
    Exchange call(String station, String message) {
        return line(callsign, station + ", " + callsign + ", " + message);
    }

    /**
     * A unit gives a clearance, the aircraft reads it back in full, as Doc 4444, 4.5.7.5 requires of
     * clearances, levels, headings, frequencies, codes and altimeter settings.
     */
    Exchange clear(String unit, String clearance) {
        return clear(unit, clearance, "");
    }

    /** The same with information, such as the surface wind, which is not read back. */
    Exchange clear(String unit, String clearance, String information) {
        line(unit, callsign + ", " + clearance + (information.isEmpty() ? "" : ". " + information));
        return line(callsign, clearance + ", " + callsign);
    }

    /** A unit tells the aircraft something that is not read back. */
    Exchange tell(String unit, String information) {
        return line(unit, callsign + ", " + information);
    }

    /** The document, without a line end after its last line. */
    String text() {
        return String.join("\n", lines);
    }

    private Exchange line(String speaker, String said) {
        lines.add(speaker + ": " + said + ".");
        return this;
    }
}

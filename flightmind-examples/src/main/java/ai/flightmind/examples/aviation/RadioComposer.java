package ai.flightmind.examples.aviation;

import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Composes radio exchanges in standard phraseology: ICAO Doc 4444 and Doc 9432, and in the United
 * States the FAA's words where they differ.
 *
 * <p>All numbers stand in digits, never in words. Wind, pressure and the runway in use come from
 * the same invented weather as the reports do.
 */
final class RadioComposer {
    private final Dice dice;
    private final WeatherMaker weatherMaker;
    private final List<Supplier<String>> scenes = List.of(
            this::departureClearance,
            this::taxi,
            this::departure,
            this::landing,
            this::goAround,
            this::approach,
            this::climb,
            this::position,
            this::circuit,
            this::broadcast);

    RadioComposer(Dice dice) {
        this.dice = dice;
        this.weatherMaker = new WeatherMaker(dice);
    }

    /** One exchange: lines parted by {@code \n}, each beginning with who speaks. */
    String compose() {
        return dice.pick(scenes).get();
    }

    private String departureClearance() {
        Field field = Field.roll(dice, weatherMaker);
        Station destination = dice.pick(Stations.ALL);
        return new Exchange(Callsigns.airline(dice))
                .call(
                        field.name("DELIVERY"),
                        "STAND " + dice.between(1, 68) + ", INFORMATION " + letterWord() + ", REQUEST CLEARANCE")
                .clear(
                        "DELIVERY",
                        "CLEARED TO " + destination.name() + ", RUNWAY " + field.runway() + ", CLIMB TO "
                                + dice.stepped(3_000, 6_000, 1_000) + " FEET, SQUAWK " + squawk())
                .tell("DELIVERY", "READBACK CORRECT")
                .text();
    }

    private String taxi() {
        Field field = Field.roll(dice, weatherMaker);
        String holding = "TAXI TO HOLDING POINT " + dice.word("A B C D E K N S") + dice.between(1, 9) + ", RUNWAY "
                + field.runway() + " VIA " + dice.word("A B C D") + " AND " + dice.word("K L M N");
        return new Exchange(anyone(field))
                .call(field.name("GROUND"), "STAND " + dice.between(1, 68) + ", REQUEST TAXI")
                .clear("GROUND", holding + ", " + field.pressure())
                .clear("GROUND", "CONTACT TOWER " + frequency())
                .text();
    }

    private String departure() {
        Field field = Field.roll(dice, weatherMaker);
        String takeoff = field.unitedStates() ? "CLEARED FOR TAKEOFF" : "CLEARED FOR TAKE-OFF";
        return new Exchange(anyone(field))
                .call(field.name("TOWER"), "HOLDING SHORT RUNWAY " + field.runway() + ", READY FOR DEPARTURE")
                .clear("TOWER", "RUNWAY " + field.runway() + ", LINE UP AND WAIT")
                .clear("TOWER", "RUNWAY " + field.runway() + ", " + takeoff, field.wind())
                .clear("TOWER", "CONTACT DEPARTURE " + frequency())
                .text();
    }

    private String landing() {
        Field field = Field.roll(dice, weatherMaker);
        return new Exchange(anyone(field))
                .call(field.name("TOWER"), dice.between(4, 10) + " MILES FINAL RUNWAY " + field.runway())
                .clear("TOWER", "RUNWAY " + field.runway() + ", CLEARED TO LAND", field.wind())
                .clear(
                        "TOWER",
                        "VACATE " + dice.word("LEFT RIGHT") + " VIA " + dice.word("A B C D") + dice.between(1, 9)
                                + ", CONTACT GROUND " + frequency())
                .text();
    }

    private String goAround() {
        Field field = Field.roll(dice, weatherMaker);
        return new Exchange(anyone(field))
                .call(field.name("TOWER"), dice.between(2, 5) + " MILES FINAL RUNWAY " + field.runway())
                .clear("TOWER", "CONTINUE APPROACH RUNWAY " + field.runway(), field.wind())
                .clear("TOWER", "GO AROUND, CLIMB TO " + dice.stepped(2_000, 4_000, 1_000) + " FEET", "RUNWAY OCCUPIED")
                .clear("TOWER", "TURN " + dice.word("LEFT RIGHT") + " HEADING " + heading())
                .text();
    }

    private String approach() {
        Field field = Field.roll(dice, weatherMaker);
        int feet = dice.stepped(5_000, 9_000, 1_000);
        return new Exchange(Callsigns.airline(dice))
                .call(field.name("APPROACH"), "PASSING " + (feet + 2_000) + " FEET, INFORMATION " + letterWord())
                .clear("APPROACH", "DESCEND TO " + feet + " FEET, " + field.pressure())
                .clear(
                        "APPROACH",
                        "TURN " + dice.word("LEFT RIGHT") + " HEADING " + heading() + ", REDUCE SPEED "
                                + dice.stepped(160, 220, 10) + " KNOTS")
                .clear("APPROACH", "CLEARED ILS APPROACH RUNWAY " + field.runway())
                .clear("APPROACH", "CONTACT TOWER " + frequency())
                .text();
    }

    private String climb() {
        int level = dice.stepped(200, 300, 10);
        return new Exchange(Callsigns.airline(dice))
                .call(center(), "PASSING FLIGHT LEVEL " + (level - dice.between(20, 60)))
                .clear("CENTER", "CLIMB FLIGHT LEVEL " + (level + dice.stepped(20, 90, 10)))
                .clear("CENTER", "PROCEED DIRECT " + waypoint())
                .clear("CENTER", "CONTACT " + center() + " " + frequency())
                .text();
    }

    private String position() {
        int minute = dice.between(0, 40);
        String passed = waypoint();
        String next = waypoint();
        while (next.equals(passed)) {
            next = waypoint();
        }
        String estimate = String.format(Locale.ROOT, "%02d, ESTIMATING %s ", minute, next);
        return new Exchange(Callsigns.airline(dice))
                .call(
                        center(),
                        "POSITION " + passed + " AT " + estimate + (minute + dice.between(8, 19)) + ", FLIGHT LEVEL "
                                + dice.stepped(290, 410, 10))
                .tell("CENTER", "RADAR CONTACT")
                .clear("CENTER", "SQUAWK " + squawk())
                .text();
    }

    private String circuit() {
        Field field = Field.roll(dice, weatherMaker);
        String hand = dice.word("LEFT RIGHT");
        return new Exchange(Callsigns.light(dice, field.station()))
                .call(
                        field.name("TOWER"),
                        dice.between(5, 15) + " MILES " + dice.word("NORTH EAST SOUTH WEST") + ", "
                                + dice.stepped(1_500, 3_000, 500) + " FEET, FOR LANDING")
                .clear("TOWER", "JOIN " + hand + " DOWNWIND RUNWAY " + field.runway() + ", " + field.pressure())
                .call(field.name("TOWER"), hand + " DOWNWIND RUNWAY " + field.runway())
                .clear("TOWER", "NUMBER " + dice.between(2, 4) + ", FOLLOW TRAFFIC ON FINAL")
                .clear("TOWER", "RUNWAY " + field.runway() + ", CLEARED TO LAND", field.wind())
                .text();
    }

    private String broadcast() {
        return Field.roll(dice, weatherMaker).broadcast(dice, letterWord());
    }

    /** Two thirds airlines, for they make most of the traffic at these fields. */
    private String anyone(Field field) {
        return dice.percent(67) ? Callsigns.airline(dice) : Callsigns.light(dice, field.station());
    }

    private String center() {
        return dice.word("BOSTON DENVER LANGEN MAASTRICHT MADRID OAKLAND PARIS RHEIN SHANWICK TOKYO") + " CENTER";
    }

    /** An airband frequency in MHz in the 25 kHz raster, three decimals. */
    private String frequency() {
        return String.format(Locale.ROOT, "%d.%03d", dice.between(118, 135), dice.stepped(0, 975, 25));
    }

    private String heading() {
        return String.format(Locale.ROOT, "%03d", dice.stepped(10, 360, 10));
    }

    /** A transponder code: four octal digits. */
    private String squawk() {
        return String.format(Locale.ROOT, "%04o", dice.between(512, 3_583));
    }

    private String waypoint() {
        return dice.word("ABLAN BEKLA DOVUR ELGOR GIMRA KOLAV LUVAN MERIT NATUK OSKEN RIVET SABOR TEGAL UMBRO VEDRA");
    }

    private String letterWord() {
        return dice.word("ALFA BRAVO CHARLIE DELTA ECHO FOXTROT GOLF HOTEL INDIA JULIETT KILO LIMA MIKE NOVEMBER OSCAR"
                + " PAPA QUEBEC ROMEO SIERRA TANGO UNIFORM VICTOR WHISKEY XRAY YANKEE ZULU");
    }
}

package ai.flightmind.examples.aviation;

import java.util.List;

/**
 * The stations of the corpus. Indicators, runways and names are the real ones; the climate is a
 * rough figure in whole degrees.
 */
final class Stations {
    /** Indicator, registration mark, mean and swing in degrees Celsius, wet or dry, runways, name. */
    private static final String TABLE = """
            KJFK N 13 13 wet 04L,22R,13L,31R KENNEDY
            KLGA N 13 13 wet 04,22,13,31 LAGUARDIA
            KBOS N 11 13 wet 04R,22L,15R,33L BOSTON
            KIAD N 13 13 wet 01C,19C,12,30 DULLES
            KATL N 17 11 wet 08L,26R,09R,27L ATLANTA
            KMIA N 25 5 wet 08R,26L,09,27 MIAMI
            KORD N 10 16 wet 10C,28C,04R,22L O'HARE
            KMSP N 8 19 wet 12L,30R,17,35 MINNEAPOLIS
            KDTW N 10 15 wet 03L,21R,04R,22L DETROIT
            KDFW N 19 12 wet 17C,35C,13R,31L DALLAS
            KIAH N 21 9 wet 15L,33R,08L,26R HOUSTON
            KDEN N 10 14 wet 16R,34L,07,25 DENVER
            KSLC N 12 15 wet 16L,34R,17,35 SALT LAKE
            KPHX N 24 12 dry 07L,25R,08,26 PHOENIX
            KLAS N 20 13 dry 08L,26R,01R,19L LAS VEGAS
            KLAX N 18 5 wet 06L,24R,07L,25R LOS ANGELES
            KSFO N 14 4 wet 01R,19L,10L,28R SAN FRANCISCO
            KSEA N 11 8 wet 16L,34R,16C,34C SEATTLE
            KPDX N 12 9 wet 10L,28R,03,21 PORTLAND
            PANC N 3 14 wet 07L,25R,15,33 ANCHORAGE
            CYYZ C-F 8 15 wet 05,23,15L,33R TORONTO
            CYVR C-F 11 8 wet 08L,26R,13,31 VANCOUVER
            MMMX XB- 17 4 wet 05L,23R,05R,23L MEXICO
            EGLL G- 11 8 wet 09L,27R,09R,27L HEATHROW
            EGCC G- 10 7 wet 05L,23R,05R,23L MANCHESTER
            EIDW EI- 10 6 wet 10L,28R,16,34 DUBLIN
            BIKF TF- 5 6 wet 01,19,10,28 KEFLAVIK
            LFPG F-G 12 9 wet 08L,26R,09R,27L DE GAULLE
            LFBO F-G 14 9 wet 14L,32R,14R,32L TOULOUSE
            EDDF D-E 11 10 wet 07C,25C,07R,25L FRANKFURT
            EDDM D-E 9 11 wet 08L,26R,08R,26L MUNICH
            EHAM PH- 11 8 wet 18R,36L,06,24 SCHIPHOL
            EBBR OO- 11 8 wet 07R,25L,01,19 BRUSSELS
            LSZH HB-K 10 10 wet 14,32,16,34 ZURICH
            LSGG HB-K 11 9 wet 04,22 GENEVA
            LOWW OE- 11 11 wet 11,29,16,34 VIENNA
            EKCH OY- 9 9 wet 04L,22R,12,30 KASTRUP
            ESSA SE- 7 11 wet 01L,19R,08,26 ARLANDA
            ENGM LN- 5 12 wet 01L,19R,01R,19L GARDERMOEN
            ENBR LN- 8 7 wet 17,35 BERGEN
            EFHK OH- 6 13 wet 04L,22R,15,33 HELSINKI
            EPWA SP- 9 12 wet 11,29,15,33 WARSAW
            LEMD EC- 15 11 wet 14L,32R,18R,36L MADRID
            LPPT CS- 17 6 wet 02,20 LISBON
            LIRF I- 16 9 wet 07,25,16L,34R FIUMICINO
            LGAV SX- 19 10 wet 03L,21R,03R,21L ATHENS
            HECA SU- 22 9 dry 05L,23R,05C,23C CAIRO
            OMDB A6- 28 8 dry 12L,30R,12R,30L DUBAI
            OTHH A7- 28 9 dry 16L,34R,16R,34L HAMAD
            OEJN HZ- 28 6 dry 16L,34R,16C,34C JEDDAH
            VIDP VT- 25 9 dry 09,27,11,29 DELHI
            VABB VT- 27 3 wet 09,27,14,32 MUMBAI
            VTBS HS- 28 2 wet 01L,19R,01R,19L BANGKOK
            WSSS 9V- 28 1 wet 02L,20R,02C,20C SINGAPORE
            VHHH B- 24 6 wet 07L,25R,07R,25L HONG KONG
            ZSPD B- 17 12 wet 16L,34R,17L,35R PUDONG
            YSSY VH- 18 6 wet 07,25,16R,34L SYDNEY
            YMML VH- 15 6 wet 09,27,16,34 MELBOURNE
            NZAA ZK- 15 5 wet 05R,23L AUCKLAND
            FAOR ZS- 16 6 wet 03L,21R,03R,21L JOHANNESBURG
            HKJK 5Y- 19 2 wet 06,24 NAIROBI
            SBGR PP- 20 4 wet 10L,28R,10R,28L GUARULHOS
            SCEL CC- 15 6 wet 17L,35R,17R,35L SANTIAGO
            """;

    static final List<Station> ALL = TABLE.lines().map(Stations::read).toList();

    private Stations() {}

    private static Station read(String row) {
        String[] cells = row.split(" ", 7);
        return new Station(
                cells[0],
                cells[6],
                cells[1],
                Integer.parseInt(cells[2]),
                Integer.parseInt(cells[3]),
                cells[4].equals("dry"),
                List.of(cells[5].split(",", -1)));
    }
}

package ai.flightmind.examples.aviation;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * One layer of cloud.
 *
 * @param amount FEW, SCT, BKN or OVC
 * @param hundredsOfFeet height of its base above the aerodrome
 * @param type CB, TCU or nothing
 */
record Layer(String amount, int hundredsOfFeet, String type) {

    /**
     * Layers one above the other, each covering at least as much as the one below, as Annex 3 gives
     * them.
     *
     * @param amounts of the layers from the lowest up, separated by blanks; none when empty
     * @param lowestHundredsOfFeet base of the lowest
     * @param lowestType type of the lowest, or nothing
     */
    static List<Layer> stack(Dice dice, String amounts, int lowestHundredsOfFeet, String lowestType) {
        List<Layer> layers = new ArrayList<>();
        int base = lowestHundredsOfFeet;
        String type = lowestType;
        for (String amount : amounts.split(" ", -1)) {
            if (!amount.isEmpty()) {
                layers.add(new Layer(amount, reported(base), type));
                base += dice.between(8, 60);
                type = "";
            }
        }
        return layers;
    }

    String group() {
        return String.format(Locale.ROOT, "%s%03d%s", amount, hundredsOfFeet, type);
    }

    /** Above 10 000 ft bases are given in thousands of feet. */
    private static int reported(int hundredsOfFeet) {
        return hundredsOfFeet > 100 ? hundredsOfFeet / 10 * 10 : hundredsOfFeet;
    }
}

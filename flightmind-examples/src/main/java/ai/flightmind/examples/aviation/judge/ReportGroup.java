package ai.flightmind.examples.aviation.judge;

import java.util.regex.Pattern;

/**
 * The groups that follow the time of a report, in the order and with the form of WMO FM 15, each
 * with how often a report may give it.
 *
 * <p>Needed because the parser takes groups in any order and, for some, with anything behind them.
 */
enum ReportGroup {
    MODIFIER("AUTO|COR", 1),
    WIND("(VRB|\\d{3})\\d{2}(G\\d{2})?(KT|MPS)", 1),
    WIND_SECTOR("\\d{3}V\\d{3}", 1),
    CAVOK("CAVOK", 1),
    VISIBILITY("\\d{4}(NDV)?|(\\d{1,2}|(\\d )?[1357]/[248])SM", 1),
    LOWEST_VISIBILITY("\\d{4}(N|NE|E|SE|S|SW|W|NW)", 1),
    RUNWAY_VISUAL_RANGE("R\\d{2}[LCR]?/[MP]?\\d{4}(V\\d{4})?([UDN]|FT)?", 4),
    WEATHER(
            "(-|\\+|VC)?(?=[A-Z])(MI|BC|PR|DR|BL|SH|TS|FZ)?"
                    + "(DZ|RA|SN|SG|IC|PL|GR|GS|UP|BR|FG|FU|VA|DU|SA|HZ|PY|PO|SQ|FC|SS|DS){0,3}",
            3),
    CLOUD("(FEW|SCT|BKN|OVC)\\d{3}(CB|TCU)?", 4),
    CLEAR_SKY("SKC|NSC", 1),
    VERTICAL_VISIBILITY("VV\\d{3}", 1),
    TEMPERATURE("M?\\d{2}/M?\\d{2}", 1),
    PRESSURE("Q\\d{4}|A\\d{4}", 1);

    private final Pattern form;
    private final int most;

    ReportGroup(String form, int most) {
        this.form = Pattern.compile(form);
        this.most = most;
    }

    boolean hasForm(String group) {
        return form.matcher(group).matches();
    }

    /** How often a report may give such a group. */
    int most() {
        return most;
    }
}

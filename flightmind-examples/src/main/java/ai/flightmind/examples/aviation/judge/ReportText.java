package ai.flightmind.examples.aviation.judge;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A report cut into its parts by their form alone, before the parser sees it.
 *
 * @param coded the report without the words METAR and COR before the station, which is how the
 *     parser wants it
 * @param time day, hour and minute, two digits each, and Z
 * @param body the groups between the time and the trend
 * @param noChange whether the trend says NOSIG
 * @param changes the groups of each change in the trend, times left out
 */
record ReportText(String coded, String time, ReportSection body, boolean noChange, List<ReportSection> changes) {
    private static final Pattern HEAD =
            Pattern.compile("METAR (?:COR )?(?<coded>[A-Z][A-Z0-9]{3} (?<time>\\d{6}Z) (?<rest>.+))");

    /** Cuts at blanks, save the one within a visibility such as 1 1/2SM. */
    private static final Pattern BETWEEN_GROUPS = Pattern.compile("(?<! \\d) | (?!\\d/\\dSM)");

    private static final Pattern REMARKS = Pattern.compile(" RMK( .*)?$");
    private static final Pattern CHANGE_TIME = Pattern.compile("(FM|TL|AT)([01]\\d|2[0-4])[0-5]\\d");

    ReportText {
        changes = List.copyOf(changes);
    }

    static ReportText read(String report) throws RefusedException {
        RefusedException.unless(
                report.chars().allMatch(letter -> letter >= ' ' && letter <= '~'),
                "a character is not printable ASCII");
        Matcher head = HEAD.matcher(report);
        RefusedException.unless(
                head.matches(), "it does not begin with METAR, a station of four letters and a time such as 121250Z");
        List<List<String>> sections = new ArrayList<>();
        sections.add(new ArrayList<>());
        boolean noChange = false;
        String withoutRemarks = REMARKS.matcher(head.group("rest")).replaceFirst("");
        for (String group : BETWEEN_GROUPS.split(withoutRemarks, -1)) {
            boolean inBody = sections.size() == 1;
            RefusedException.unless(!noChange, "group " + group + " comes after NOSIG");
            if (group.equals("NOSIG") && inBody) {
                noChange = true;
            } else if (group.equals("TEMPO") || group.equals("BECMG")) {
                sections.add(new ArrayList<>());
            } else if (inBody || !CHANGE_TIME.matcher(group).matches()) {
                sections.get(sections.size() - 1).add(group);
            }
        }
        List<ReportSection> changes = new ArrayList<>();
        for (List<String> change : sections.subList(1, sections.size())) {
            changes.add(ReportSection.readChange(change));
        }
        ReportSection body = ReportSection.read(sections.get(0));
        return new ReportText(head.group("coded"), head.group("time"), body, noChange, changes);
    }
}

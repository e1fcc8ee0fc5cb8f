package ai.flightmind.vast.rental;

import java.security.SecureRandom;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Labels that no two rentals share: a name for people, and a random end by which we know ours. */
public final class RentalLabel {
    private static final String LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final Pattern OURS = Pattern.compile("(.*)\\.fm-[a-z2-7]{12}");
    private static final SecureRandom RANDOM = new SecureRandom();

    private RentalLabel() {}

    /** A new label: {@code d24.fm-k3w9x2m7q5ab}, or {@code run.fm-…} without a name. */
    static String unique(@Nullable String name) {
        StringBuilder label = new StringBuilder(name == null ? "run" : name).append(".fm-");
        for (int i = 0; i < 12; i++) {
            label.append(LETTERS.charAt(RANDOM.nextInt(LETTERS.length())));
        }
        return label.toString();
    }

    /** The name within one of our labels; empty if someone else made the label. */
    public static Optional<String> name(@Nullable String label) {
        Matcher ours = OURS.matcher(label == null ? "" : label);
        return ours.matches() ? Optional.of(ours.group(1)) : Optional.empty();
    }
}

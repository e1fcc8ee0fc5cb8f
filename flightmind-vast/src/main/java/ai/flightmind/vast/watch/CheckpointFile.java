package ai.flightmind.vast.watch;

import java.time.Instant;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A file in the program's checkpoint folder. The trainer gives it its name only when it is whole.
 *
 * @param modified by the machine's clock, in whole seconds
 */
public record CheckpointFile(String name, long sizeBytes, Instant modified) {
    private static final Pattern STEP = Pattern.compile("step_(\\d{1,18})\\.pt");

    /** Of {@code step_N.pt}: N, the number of steps done; empty for other names. */
    public static OptionalLong stepOf(String name) {
        Matcher matcher = STEP.matcher(name);
        return matcher.matches() ? OptionalLong.of(Long.parseLong(matcher.group(1))) : OptionalLong.empty();
    }

    public OptionalLong step() {
        return stepOf(name);
    }

    /** The one with the lowest validation loss. */
    public boolean isBest() {
        return name.equals("best.pt");
    }

    /** The one at the end of training. */
    public boolean isFinal() {
        return name.equals("final.pt");
    }

    public boolean isCheckpoint() {
        return isBest() || isFinal() || step().isPresent();
    }
}

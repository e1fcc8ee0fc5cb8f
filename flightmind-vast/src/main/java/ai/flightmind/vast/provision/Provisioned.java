package ai.flightmind.vast.provision;

import java.util.List;

/**
 * A machine that is ready.
 *
 * @param javaCommand there
 * @param classPath there, for {@code -cp}
 * @param changed whether anything had to be done
 * @param notes what was done, and what was left out
 */
public record Provisioned(String javaCommand, String classPath, boolean changed, List<String> notes) {
    public Provisioned {
        notes = List.copyOf(notes);
    }
}

package ai.flightmind.vast.run;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a run is rehearsed: on this machine, for nothing. An immutable value.
 *
 * @param folder where the pretend machines are; null for a temporary one, which is deleted in the end
 * @param machines how many there are
 * @param outbidAtSteps when somebody bids more for the machine that trains, once for each
 * @param speed how many times faster the pretend service's time goes than ours: a machine that bills 5 minutes for 30
 *     seconds' work has a speed of 10
 */
public record Rehearsal(@Nullable Path folder, int machines, List<Long> outbidAtSteps, int speed) {
    public Rehearsal {
        outbidAtSteps = List.copyOf(outbidAtSteps);
        if (machines < 1 || speed < 1) {
            throw new IllegalArgumentException("machines and speed are at least 1");
        }
    }

    /** A temporary folder, 4 machines, no interruption, 10 times faster. */
    public static Rehearsal standard() {
        return new Rehearsal(null, 4, List.of(), 10);
    }

    public Rehearsal inFolder(Path folder) {
        return new Rehearsal(folder, machines, outbidAtSteps, speed);
    }

    public Rehearsal withMachines(int machines) {
        return new Rehearsal(folder, machines, outbidAtSteps, speed);
    }

    /** Loses the machine when it has done this step. */
    public Rehearsal outbidAtStep(long step) {
        List<Long> steps = new java.util.ArrayList<>(outbidAtSteps);
        steps.add(step);
        return new Rehearsal(folder, machines, steps, speed);
    }

    public Rehearsal withSpeed(int speed) {
        return new Rehearsal(folder, machines, outbidAtSteps, speed);
    }
}

package ai.flightmind.vast.run;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How a run is rehearsed: on this machine, for nothing. An immutable value.
 *
 * <p>The plan's data, class path and program are the real ones, and so are SSH, uploads, ranks (on the CPU, over Gloo),
 * checkpoints and downloads. Not asked: natives for CUDA, and the speed. The results lie in a folder {@code rehearsal-1},
 * {@code rehearsal-2}, … of the plan's.
 *
 * @param folder where the pretend machines are; null for a temporary one, which is deleted in the end
 * @param machines how many there are, if the plan searches for them
 * @param outbidAtSteps when somebody bids more for the machine that trains, once for each
 * @param speed how many times faster the pretend service's time goes than ours: a machine that bills 5 minutes for 30
 *     seconds' work has a speed of 10
 * @param arguments flags of the program that get another value than the plan's, as a smaller {@code --depth}
 * @param usesBackup whether the plan's bucket is written to; otherwise checkpoints come here instead
 */
public record Rehearsal(
        @Nullable Path folder,
        int machines,
        List<Long> outbidAtSteps,
        int speed,
        Map<String, String> arguments,
        boolean usesBackup) {
    public Rehearsal {
        outbidAtSteps = List.copyOf(outbidAtSteps);
        arguments = Collections.unmodifiableMap(new LinkedHashMap<>(arguments));
        if (machines < 1 || speed < 1) {
            throw new IllegalArgumentException("machines and speed are at least 1, not " + machines + " and " + speed);
        }
    }

    /** A temporary folder, 4 machines, no interruption, 10 times faster, the plan's own arguments, no bucket. */
    public static Rehearsal standard() {
        return builder().build();
    }

    public static Builder builder() {
        return new Builder();
    }

    public Builder toBuilder() {
        Builder builder = new Builder();
        builder.folder = folder;
        builder.machines = machines;
        builder.outbidAtSteps = outbidAtSteps;
        builder.speed = speed;
        builder.arguments = arguments;
        builder.usesBackup = usesBackup;
        return builder;
    }

    /** Collects the settings; nothing is required. Not thread-safe. */
    public static final class Builder {
        private @Nullable Path folder;
        private int machines = 4;
        private List<Long> outbidAtSteps = List.of();
        private int speed = 10;
        private Map<String, String> arguments = Map.of();
        private boolean usesBackup;

        private Builder() {}

        /** Where the pretend machines and the journal are kept; default: a temporary folder. */
        public Builder folder(Path folder) {
            this.folder = folder;
            return this;
        }

        /** Default 4. */
        public Builder machines(int machines) {
            this.machines = machines;
            return this;
        }

        /** Loses the machine that trains when it has done this step; may be called several times. */
        public Builder outbidAtStep(long step) {
            List<Long> more = new ArrayList<>(outbidAtSteps);
            more.add(step);
            this.outbidAtSteps = more;
            return this;
        }

        /** Default 10. */
        public Builder speed(int speed) {
            this.speed = speed;
            return this;
        }

        /** Another value for one of the program's flags than the plan has. */
        public Builder argument(String flag, String value) {
            Map<String, String> more = new LinkedHashMap<>(arguments);
            more.put(flag, value);
            this.arguments = more;
            return this;
        }

        /** Default false. */
        public Builder usesBackup(boolean usesBackup) {
            this.usesBackup = usesBackup;
            return this;
        }

        public Rehearsal build() {
            return new Rehearsal(folder, machines, outbidAtSteps, speed, arguments, usesBackup);
        }
    }
}

package ai.flightmind.vast.watch;

import ai.flightmind.vast.job.DetachedJob;
import ai.flightmind.vast.ssh.Shell;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Guards the money on the machine itself, so that it is guarded when nobody is connected: when its time is over, the work is
 * asked to save and is stopped; then, or when the work has ended and nobody comes for it, the instance is stopped through
 * the service, with the key that the service puts into each container for just that container. A stopped instance keeps its
 * disk, and bills only that. An immutable value.
 *
 * <p>Its folder holds {@code end-by} (a second of the machine's clock, which whoever looks after the run moves), {@code
 * alive} (touched by them at every look), {@code awake} (the second of its own last look) and {@code events}, what it did.
 */
public final class Watchdog {
    /** Between two tries to halt, at most: the instance bills meanwhile, so there is no last one. */
    private static final int MOST_SECONDS = 300;

    private final Builder settings;

    private Watchdog(Builder settings) {
        this.settings = settings;
    }

    /** Required: {@link Builder#folder}, {@link Builder#job}, {@link Builder#endBy}, {@link Builder#address}. */
    public static Builder builder() {
        return new Builder();
    }

    /** It, as a job of the machine; starting it twice starts one. */
    public DetachedJob job() {
        return DetachedJob.builder()
                .folder(settings.folder())
                .session("flightmind-watchdog")
                .command(List.of("sh", "-c", script()))
                .build();
    }

    private String script() {
        return String.join(
                "\n",
                "folder=" + Shell.path(settings.folder()),
                "base=" + Shell.quote(settings.address()),
                "every=" + Math.max(1, settings.every.toSeconds()),
                "end=" + settings.endBy().getEpochSecond(),
                "say() { echo \"$(date +%s) $*\" >> \"$folder/events\"; } 2>/dev/null",
                "awake() { now=$(date +%s); echo \"$now\" > \"$folder/awake\"; } 2>/dev/null",
                "number() { n=; read -r n < \"$1\"; case $n in ''|*[!0-9]*) n=$2;; esac; } 2>/dev/null",
                "mine() { tr '\\0' '\\n' < /proc/1/environ | sed -n \"s/^$1=//p\" | head -n 1; } 2>/dev/null",
                // The key goes through standard input, where no list of processes shows it.
                "halt() {",
                "  key=${CONTAINER_API_KEY:-$(mine CONTAINER_API_KEY)}; id=${CONTAINER_ID:-$(mine CONTAINER_ID)}",
                "  if [ -z \"$key\" ] || [ -z \"$id\" ]; then say no-key the instance bills on; return; fi",
                "  pause=$every; until awake; printf 'header = \"Authorization: Bearer %s\"\\n' \"$key\" |",
                "      curl -fsS -m 60 -K - -o /dev/null -X PUT -H 'Content-Type: application/json' \\",
                "        -d '{\"state\":\"stopped\"}' \"$base/api/v0/instances/$id/\" 2>>\"$folder/events\"; do",
                "    say not-halted yet; sleep \"$pause\"; pause=$((pause * 2))",
                "    [ \"$pause\" -lt " + MOST_SECONDS + " ] || pause=" + MOST_SECONDS,
                "  done; say halted",
                "}",
                "over() { say \"$1\"; ( " + settings.job().stopScript(settings.stopGrace)
                        + "\n) >/dev/null 2>&1; halt; exit 0; }",
                "date +%s > \"$folder/alive\"; trap '' HUP",
                "while [ ! -e \"$folder/done\" ]; do awake",
                "  number \"$folder/end-by\" \"$end\"; end=$n",
                "  [ \"$now\" -lt \"$end\" ] || over time-is-over",
                "  if [ -s " + Shell.path(settings.job().folder() + "/exit") + " ]; then",
                "    number \"$folder/alive\" \"$now\"; since=$(( now - n ))",
                "    [ \"$since\" -lt " + settings.uncollectedFor.toSeconds() + " ] || over nobody-collects",
                "  fi",
                "  sleep \"$every\"",
                "done");
    }

    /** Builds a {@link Watchdog}. Not thread-safe. */
    public static final class Builder {
        private @Nullable String folder;
        private @Nullable DetachedJob job;
        private @Nullable Instant endBy;
        private @Nullable String address;
        private Duration stopGrace = Duration.ofMinutes(3);
        private Duration uncollectedFor = Duration.ofMinutes(30);
        private Duration every = Duration.ofSeconds(15);

        private Builder() {}

        /** Where its files are, on the machine; required. */
        public Builder folder(String folder) {
            this.folder = folder;
            return this;
        }

        /** The work that it stops; required. */
        public Builder job(DetachedJob job) {
            this.job = job;
            return this;
        }

        /** By the machine's clock; required. */
        public Builder endBy(Instant endBy) {
            this.endBy = endBy;
            return this;
        }

        /** The service's, as {@code https://console.vast.ai}; required. */
        public Builder address(String address) {
            this.address = address;
            return this;
        }

        /** How long the work may take to save and end; default 3 minutes. */
        public Builder stopGrace(Duration grace) {
            this.stopGrace = grace;
            return this;
        }

        /** How long ended work waits for somebody to bring it home; default 30 minutes. */
        public Builder uncollectedFor(Duration time) {
            this.uncollectedFor = time;
            return this;
        }

        /** Between two looks, in whole seconds; default 15 s. */
        public Builder every(Duration every) {
            this.every = every;
            return this;
        }

        /**
         * The watchdog.
         *
         * @throws IllegalArgumentException if something required is missing
         */
        public Watchdog build() {
            if (folder == null || job == null || endBy == null || address == null) {
                throw new IllegalArgumentException("A watchdog needs a folder, a job, an end, and an address.");
            }
            Builder copy = new Builder();
            copy.folder = folder;
            copy.job = job;
            copy.endBy = endBy;
            copy.address = address;
            copy.stopGrace = stopGrace;
            copy.uncollectedFor = uncollectedFor;
            copy.every = every;
            return new Watchdog(copy);
        }

        private String folder() {
            return folder == null ? "" : folder;
        }

        private DetachedJob job() {
            if (job == null) {
                throw new IllegalStateException("not built");
            }
            return job;
        }

        private Instant endBy() {
            return endBy == null ? Instant.MAX : endBy;
        }

        private String address() {
            return address == null ? "" : address;
        }
    }
}

package ai.flightmind.vast.job;

import ai.flightmind.vast.ssh.Shell;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A program on a machine, with the scripts that start, ask after and stop it. An immutable value; the scripts are for any
 * POSIX shell and print a {@link JobState} as their last line.
 *
 * <p>Its folder holds {@code log} (what it prints, over all its starts), {@code pid}, {@code started} and, at the end,
 * {@code exit}. It runs in a tmux session where tmux is there, so that a person can attach to it, else in a session of its
 * own; either way it outlives the connection that has started it.
 */
public final class DetachedJob {
    private final Builder settings;

    private DetachedJob(Builder settings) {
        this.settings = settings;
    }

    /** Required: {@link Builder#folder} and {@link Builder#command}. */
    public static Builder builder() {
        return new Builder();
    }

    /** Where its files are, on the machine. */
    public String folder() {
        return settings.folder();
    }

    /** What it prints, both streams. */
    public String logFile() {
        return folder() + "/log";
    }

    /** Its environment, directory and command, as a line for a shell. */
    public String commandLine() {
        String variables = settings.environment.entrySet().stream()
                .map(variable -> variable.getKey() + "=" + Shell.quote(variable.getValue()) + " ")
                .collect(Collectors.joining());
        return "cd " + Shell.path(settings.directory()) + " && " + variables + command();
    }

    private String command() {
        return settings.command.stream().map(Shell::quote).collect(Collectors.joining(" "));
    }

    /** The tmux session that it runs in where there is tmux. */
    public String session() {
        return settings.session;
    }

    /** Starts it, unless it runs already: asking twice starts one. */
    public String startScript() {
        String job = Shell.path(folder() + "/job.sh");
        return String.join(
                "\n",
                head(),
                "state; [ \"$state\" != running ] || { tell; exit 0; }",
                "mkdir -p \"$folder\" && rm -f \"$folder/exit\" \"$folder/pid\" || exit 1",
                "cat > " + job + " <<'END_OF_JOB' || exit 1",
                runner(),
                "END_OF_JOB",
                "date +%s > \"$folder/started\" || exit 1",
                "if command -v tmux >/dev/null 2>&1 && tmux new-session -d -s " + Shell.quote(session())
                        + " \"exec sh $(quoted \"$folder/job.sh\")\" 2>/dev/null; then :",
                "elif command -v setsid >/dev/null 2>&1; then setsid sh \"$folder/job.sh\" </dev/null >/dev/null 2>&1 &",
                "else nohup sh \"$folder/job.sh\" </dev/null >/dev/null 2>&1 &",
                "fi",
                // It has begun when it has written down its number, or how it ended.
                "tries=0; while [ ! -s \"$folder/pid\" ] && [ ! -s \"$folder/exit\" ] && [ $tries -lt 100 ]; do"
                        + " sleep 0.1; tries=$((tries + 1)); done",
                "tell");
    }

    /** Asks how it is. */
    public String stateScript() {
        return String.join("\n", head(), "tell");
    }

    /**
     * Asks it to save and end (SIGTERM), waits, and then insists (SIGKILL), with all that it has started.
     *
     * @param grace how long it may take to end by itself, in whole seconds
     */
    public String stopScript(Duration grace) {
        return String.join(
                "\n",
                head(),
                "state; if [ \"$state\" = running ]; then",
                "  group=$(sed 's/.*) //' \"/proc/$pid/stat\" 2>/dev/null | cut -d' ' -f3)",
                "  kill -TERM \"$pid\" 2>/dev/null",
                "  left=" + grace.toSeconds() * 10,
                "  while [ $left -gt 0 ] && [ ! -s \"$folder/exit\" ]; do sleep 0.1; left=$((left - 1)); done",
                "  if [ ! -s \"$folder/exit\" ]; then",
                "    [ -z \"$group\" ] || [ \"$group\" -le 1 ] || kill -KILL \"-$group\" 2>/dev/null",
                "    kill -KILL \"$pid\" 2>/dev/null",
                "    sleep 0.2; [ -s \"$folder/exit\" ] || echo \"137 $(date +%s)\" > \"$folder/exit\"",
                "  fi",
                "fi",
                "tell");
    }

    /** A process is the job's own if its start is the one written down: numbers are used again. */
    private String head() {
        return String.join(
                "\n",
                "folder=" + Shell.path(folder()),
                "quoted() { printf \"'%s'\" \"$(printf %s \"$1\" | sed \"s/'/'\\\\\\\\''/g\")\"; }",
                // With what the shell does itself: it is asked at every look, and each process costs.
                "begun() { read -r began < \"/proc/$1/stat\"; set -- ${began##*) }; began=${20}; } 2>/dev/null",
                "look() {",
                "  pid=; start=; since=; began=",
                "  [ -r \"$folder/started\" ] && read -r since < \"$folder/started\"",
                "  [ -r \"$folder/pid\" ] && read -r pid start < \"$folder/pid\"",
                "  if [ -z \"$since\" ]; then state=absent",
                "  elif [ -s \"$folder/exit\" ]; then state=exited",
                "  elif [ -n \"$pid\" ] && kill -0 \"$pid\" 2>/dev/null && { begun \"$pid\"; [ \"$began\" = \"$start\" ]; };"
                        + " then state=running",
                "  else state=lost; fi",
                "}",
                // Between a program's end and its status being written down it seems lost.
                "state() {",
                "  looks=0; look; while [ \"$state\" = lost ] && [ $looks -lt 10 ]; do",
                "    sleep 0.1; looks=$((looks + 1)); look; done",
                "}",
                "tell() {",
                "  state; case $state in",
                "    running) echo \"running $pid $since\";;",
                "    exited) read -r ended < \"$folder/exit\"; echo \"exited $ended\";;",
                "    lost) echo \"lost $since\";;",
                "    *) echo absent;;",
                "  esac",
                "}");
    }

    /** Stays beside the program, to write down how it ends; signals are the program's to take. */
    private String runner() {
        return String.join(
                "\n",
                "folder=" + Shell.path(folder()),
                "trap : TERM HUP INT",
                Shell.exports(settings.environment) + "cd " + Shell.path(settings.directory()) + " || {"
                        + " echo \"1 $(date +%s)\" > \"$folder/exit\"; exit 1; }",
                command() + " >> \"$folder/log\" 2>&1 </dev/null &",
                "child=$!",
                "echo \"$child $(sed 's/.*) //' \"/proc/$child/stat\" 2>/dev/null | cut -d' ' -f20)\" > \"$folder/pid\"",
                "while :; do wait $child; status=$?; kill -0 $child 2>/dev/null || break; done",
                "echo \"$status $(date +%s)\" > \"$folder/exit.part\" && mv \"$folder/exit.part\" \"$folder/exit\"");
    }

    /** Builds a {@link DetachedJob}. Not thread-safe. */
    public static final class Builder {
        private @Nullable String folder;
        private @Nullable String directory;
        private List<String> command = List.of();
        private final Map<String, String> environment = new LinkedHashMap<>();
        private String session = "flightmind";

        private Builder() {}

        /** Where its files are to be, absolute or below {@code ~/}; made where it is missing; required. */
        public Builder folder(String folder) {
            this.folder = folder;
            return this;
        }

        /** Where it works; by default its folder. */
        public Builder directory(String directory) {
            this.directory = directory;
            return this;
        }

        /** The program and its arguments, word by word; nothing in them is expanded; required. */
        public Builder command(List<String> command) {
            this.command = List.copyOf(command);
            return this;
        }

        /** Sets a variable for it. */
        public Builder environment(String name, String value) {
            environment.put(name, value);
            return this;
        }

        /** The name of its tmux session; default {@code flightmind}. */
        public Builder session(String session) {
            this.session = session;
            return this;
        }

        /**
         * Checks the settings.
         *
         * @throws IllegalArgumentException if one is missing or a shell cannot take it
         */
        public DetachedJob build() {
            if (folder == null || command.isEmpty()) {
                throw new IllegalArgumentException("A job needs a folder and a command");
            }
            if (!session.matches("[A-Za-z0-9_-]{1,64}")) {
                throw new IllegalArgumentException("session: letters, digits, _ and -, not '" + session + "'");
            }
            Builder copy = new Builder();
            copy.folder = folder;
            copy.directory = directory;
            copy.command = command;
            copy.environment.putAll(environment);
            copy.session = session;
            DetachedJob job = new DetachedJob(copy);
            String ignored = job.startScript(); // what a shell cannot take is found here
            return job;
        }

        private String folder() {
            return folder == null ? "" : folder;
        }

        private String directory() {
            return directory == null ? folder() : directory;
        }
    }
}

package ai.flightmind.vast.instance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.StringTokenizer;
import org.jspecify.annotations.Nullable;

/** What to run on a rented machine. Immutable; begin at {@link #builder()}. */
public final class InstanceSpec {
    private final Builder from;

    private InstanceSpec(Builder from) {
        this.from = from;
    }

    /** An image or a template is required; all else has a default. */
    public static Builder builder() {
        return new Builder();
    }

    public Builder toBuilder() {
        return new Builder(from);
    }

    public @Nullable String image() {
        return from.image;
    }

    public double diskGb() {
        return from.diskGb;
    }

    /** What the rental's label begins with; null for none. */
    public @Nullable String label() {
        return from.label;
    }

    /** Dollars per hour for the machine, to rent it interruptibly; null on demand. */
    public @Nullable Double bidDollarsPerHour() {
        return from.bidDollarsPerHour;
    }

    /** Variables and docker flags, as they are sent. */
    public Map<String, String> env() {
        return Collections.unmodifiableMap(from.env);
    }

    @Nullable
    String templateHash() {
        return from.templateHash;
    }

    @Nullable
    String onstart() {
        return from.onstart;
    }

    List<String> args() {
        return from.args == null ? List.of() : from.args;
    }

    boolean hasJupyterAndArgs() {
        return from.jupyter != null && from.args != null;
    }

    /** The request's body, with the label the rental is to carry. Values are ready for JSON. */
    public Map<String, @Nullable Object> toBody(@Nullable String rentalLabel) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("client_id", "me");
        body.put("image", from.image);
        body.put("env", sentEnv());
        body.put("price", from.bidDollarsPerHour);
        body.put("disk", from.diskGb);
        body.put("label", rentalLabel);
        body.put("extra", null);
        body.put("onstart", from.onstart);
        body.put("image_login", from.imageLogin);
        body.put("python_utf8", from.pythonUtf8);
        body.put("lang_utf8", from.langUtf8);
        body.put("use_jupyter_lab", from.jupyterLab);
        body.put("jupyter_dir", from.jupyterDirectory);
        body.put("force", from.force);
        body.put("cancel_unavail", from.cancelUnavailable);
        body.put("template_hash_id", from.templateHash);
        body.put("user", from.user);
        String runtype = runtype();
        if (runtype != null) {
            body.put("runtype", runtype);
        }
        if (from.args != null && !from.args.isEmpty()) {
            body.put("args", from.args);
        }
        if (from.volume != null) {
            body.put("volume_info", from.volume.toBody());
        }
        return body;
    }

    /** Without what a registry login or a variable may hold. */
    @Override
    public String toString() {
        String runtype = runtype();
        return "InstanceSpec[" + (from.image != null ? from.image : "template " + from.templateHash) + ", "
                + from.diskGb + " GB, " + (runtype == null ? "as the template says" : runtype) + ", env "
                + from.env.keySet() + "]";
    }

    /** The service's own spelling, without the last t. Null leaves the choice to the template. */
    private @Nullable String runtype() {
        if (from.jupyter != null) {
            return from.jupyter == Access.DIRECT ? "jupyter_direc ssh_direc ssh_proxy" : "jupyter_proxy ssh_proxy";
        }
        if (from.ssh != null) {
            return from.ssh == Access.DIRECT ? "ssh_direc ssh_proxy" : "ssh_proxy";
        }
        if (from.args != null) {
            return "args";
        }
        return from.templateHash != null ? null : "ssh";
    }

    /** The portal must not point to a Jupyter that is not there. */
    private Map<String, String> sentEnv() {
        Map<String, String> env = new LinkedHashMap<>(from.env);
        if (from.jupyter == null) {
            env.computeIfPresent("PORTAL_CONFIG", (name, config) -> {
                List<String> kept = new ArrayList<>();
                StringTokenizer entries = new StringTokenizer(config, "|");
                while (entries.hasMoreTokens()) {
                    String entry = entries.nextToken();
                    if (!entry.toLowerCase(Locale.ROOT).contains("jupyter")) {
                        kept.add(entry);
                    }
                }
                return String.join("|", kept);
            });
        }
        return env;
    }

    /** Collects a spec. Not thread-safe. */
    public static final class Builder {
        private @Nullable String image;
        private @Nullable String templateHash;
        private double diskGb = 10;
        private @Nullable String label;
        private @Nullable Double bidDollarsPerHour;
        private final Map<String, String> env = new LinkedHashMap<>();
        private @Nullable Access ssh;
        private @Nullable Access jupyter;
        private boolean jupyterLab;
        private @Nullable String jupyterDirectory;
        private @Nullable List<String> args;
        private @Nullable String onstart;
        private @Nullable String imageLogin;
        private boolean pythonUtf8;
        private boolean langUtf8;
        private boolean force;
        private boolean cancelUnavailable;
        private @Nullable String user;
        private @Nullable VolumeMount volume;

        private Builder() {}

        private Builder(Builder other) {
            image = other.image;
            templateHash = other.templateHash;
            diskGb = other.diskGb;
            label = other.label;
            bidDollarsPerHour = other.bidDollarsPerHour;
            env.putAll(other.env);
            ssh = other.ssh;
            jupyter = other.jupyter;
            jupyterLab = other.jupyterLab;
            jupyterDirectory = other.jupyterDirectory;
            args = other.args;
            onstart = other.onstart;
            imageLogin = other.imageLogin;
            pythonUtf8 = other.pythonUtf8;
            langUtf8 = other.langUtf8;
            force = other.force;
            cancelUnavailable = other.cancelUnavailable;
            user = other.user;
            volume = other.volume;
        }

        /** A docker image, as {@code vastai/pytorch}; its tag may be {@code @vastai-automatic-tag}. */
        public Builder image(String image) {
            this.image = image;
            return this;
        }

        /** A template of the account or the service, by its hash. */
        public Builder template(String hash) {
            this.templateHash = hash;
            return this;
        }

        /** Disk, in GB: 10 by default, 8 at least. It cannot grow later. */
        public Builder diskGb(double diskGb) {
            this.diskGb = diskGb;
            return this;
        }

        /** A name for people; the rental's label is this and a unique end. At most 240 letters. */
        public Builder label(String label) {
            this.label = label;
            return this;
        }

        /** Rents interruptibly, for at most so many dollars per hour for the machine: 0.001 to 128. */
        public Builder bidDollarsPerHour(double dollars) {
            this.bidDollarsPerHour = dollars;
            return this;
        }

        /** A variable. It is visible to the container's first process, not to SSH sessions. */
        public Builder env(String name, String value) {
            if (name.isBlank() || name.startsWith("-") || name.contains("=")) {
                throw new IllegalArgumentException("Not a variable's name: " + name);
            }
            env.put(name, value);
            return this;
        }

        /** Adds variables of the container's environment, as {@link #env(String, String)}. */
        public Builder env(Map<String, String> variables) {
            variables.forEach(this::env);
            return this;
        }

        /** Opens a TCP port; at most 64, and the machine needs as many direct ports. */
        public Builder port(int outside, int inside) {
            env.put("-p " + port(outside) + ":" + port(inside), "1");
            return this;
        }

        /** Opens a UDP port, as {@link #port}. */
        public Builder udpPort(int outside, int inside) {
            env.put("-p " + port(outside) + ":" + port(inside) + "/udp", "1");
            return this;
        }

        /** A docker mount, as {@code V.123} at {@code /mnt}. */
        public Builder mount(String source, String path) {
            env.put("-v " + source + ":" + path, "1");
            return this;
        }

        /** The docker network to join. */
        public Builder network(String name) {
            env.put("-n " + name, "1");
            return this;
        }

        /** The container's host name. */
        public Builder hostname(String name) {
            env.put("-h", name);
            return this;
        }

        /** SSH, which is the default through whatever way the service picks. */
        public Builder ssh(Access access) {
            this.ssh = access;
            return this;
        }

        /** Jupyter, and SSH with it. */
        public Builder jupyter(Access access) {
            this.jupyter = access;
            return this;
        }

        /** JupyterLab instead of the notebook; implies Jupyter through the proxy. */
        public Builder jupyterLab(boolean lab) {
            this.jupyterLab = lab;
            return this;
        }

        /** Where Jupyter starts; implies Jupyter through the proxy. */
        public Builder jupyterDirectory(String directory) {
            this.jupyterDirectory = directory;
            return this;
        }

        /** Runs the image's own entry point with these arguments; no SSH unless asked for. */
        public Builder args(List<String> args) {
            this.args = List.copyOf(args);
            return this;
        }

        /** A script's text to run at each start; with {@link #args} the entry point. */
        public Builder onstart(String script) {
            this.onstart = script;
            return this;
        }

        /** As {@link #onstart}, with the text of a UTF-8 file. */
        public Builder onstartFile(Path script) throws IOException {
            return onstart(Files.readString(script));
        }

        /** The arguments of docker login, for a private image. A secret. */
        public Builder imageLogin(String login) {
            this.imageLogin = login;
            return this;
        }

        public Builder pythonUtf8(boolean utf8) {
            this.pythonUtf8 = utf8;
            return this;
        }

        public Builder langUtf8(boolean utf8) {
            this.langUtf8 = utf8;
            return this;
        }

        public Builder force(boolean force) {
            this.force = force;
            return this;
        }

        /** Fails the rental, rather than leaving it stopped and billing, when the machine cannot be had. */
        public Builder cancelUnavailable(boolean cancel) {
            this.cancelUnavailable = cancel;
            return this;
        }

        /** The user inside, for templates that know it. */
        public Builder user(String user) {
            this.user = user;
            return this;
        }

        /** A volume to mount. */
        public Builder volume(VolumeMount volume) {
            this.volume = volume;
            return this;
        }

        /**
         * The spec, checked against the service's limits.
         *
         * @throws IllegalArgumentException that names what is missing, too large, or does not go together
         */
        public InstanceSpec build() {
            Builder copy = new Builder(this);
            if (copy.jupyter == null && (copy.jupyterLab || copy.jupyterDirectory != null)) {
                copy.jupyter = copy.ssh == Access.DIRECT ? Access.DIRECT : Access.PROXY;
            }
            InstanceSpec spec = new InstanceSpec(copy);
            SpecLimits.check(spec);
            return spec;
        }

        /** Above 70000 asks for a port that is the same on both sides. */
        private static int port(int port) {
            SpecLimits.require(
                    (port >= 1 && port <= 65_535) || (port >= 70_000 && port < 80_000), "Not a port: " + port);
            return port;
        }
    }
}

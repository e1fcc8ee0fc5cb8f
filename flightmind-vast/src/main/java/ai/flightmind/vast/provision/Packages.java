package ai.flightmind.vast.provision;

/** The machine's own package manager. */
final class Packages {
    private Packages() {}

    /**
     * A command that installs them, as root or as who may become it. A fresh machine may still be installing by itself: its
     * locks are waited for.
     */
    static String install(String... packages) {
        return String.join(
                "\n",
                "get() { $([ \"$(id -u)\" = 0 ] || echo sudo -n) env DEBIAN_FRONTEND=noninteractive"
                        + " apt-get -qq -o DPkg::Lock::Timeout=300 \"$@\"; }",
                // Of what fails otherwise, the installation tells.
                "update() { said=$(get update 2>&1) && return; case $said in *'get lock'*) return 1;; esac; }",
                "tries=0; until update || [ $tries -ge 60 ]; do tries=$((tries + 1)); sleep 5; done",
                "get install -y --no-install-recommends " + String.join(" ", packages));
    }
}

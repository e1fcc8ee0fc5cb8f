package ai.flightmind.vast.provision;

import ai.flightmind.vast.ssh.CommandResult;
import java.util.List;

/** The machine's own package manager. */
final class Packages {
    private Packages() {}

    /** As root, or as who may become it; waits for others that install. */
    static String install(String... packages) {
        String root = "$([ \"$(id -u)\" = 0 ] || echo sudo -n)";
        String apt = root + " env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300";
        return apt + " update && " + apt + " install -y --no-install-recommends " + String.join(" ", packages);
    }

    /** Why it failed, in a line. */
    static String lastLine(CommandResult result) {
        List<String> lines = (result.stdout() + "\n" + result.stderr())
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
        return "status " + result.exitStatus() + (lines.isEmpty() ? "" : ", " + lines.get(lines.size() - 1));
    }
}

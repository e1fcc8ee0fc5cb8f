package ai.flightmind.vast.instance;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where SSH reaches an instance, as root. Ask for it again after a restart: ports change. Addresses are shared and ports
 * are given out again, so the host key of one address changes with the instance.
 *
 * @param direct whether it is the host itself, not the service's proxy
 */
public record SshAddress(String host, int port, boolean direct) {
    private static final String SSH = "22/tcp";

    /** The direct address if port 22 is mapped, else the proxy's; null if the instance has none (yet). */
    static @Nullable SshAddress of(Instance instance) {
        Integer mapped = instance.ports().get(SSH);
        String address = instance.publicIpAddress();
        if (mapped != null && address != null && !address.isBlank()) {
            return new SshAddress(address.trim(), mapped, true);
        }
        String proxy = instance.sshHost();
        Integer port = instance.sshPort();
        if (proxy == null || proxy.isBlank() || port == null) {
            return null;
        }
        String runtype = instance.imageRuntype();
        // The proxy gives Jupyter the first of its two ports, where there is Jupyter.
        boolean jupyter = runtype != null && runtype.toLowerCase(Locale.ROOT).contains("jupyter");
        return new SshAddress(proxy.trim(), jupyter ? port + 1 : port, false);
    }

    public String sshUrl() {
        return "ssh://root@" + host + ":" + port;
    }

    public String scpUrl() {
        return "scp://root@" + host + ":" + port;
    }

    /** The command to type. */
    public String command() {
        return "ssh -p " + port + " root@" + host;
    }
}

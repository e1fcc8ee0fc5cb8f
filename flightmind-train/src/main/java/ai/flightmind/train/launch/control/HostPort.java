package ai.flightmind.train.launch.control;

/**
 * Where node 0 is.
 *
 * @param host a name or an address, without brackets
 * @param port 1 to 65,535
 */
public record HostPort(String host, int port) {
    private static final int LARGEST_PORT = 65_535;

    public HostPort {
        if (host.isBlank() || port < 1 || port > LARGEST_PORT) {
            throw new IllegalArgumentException(
                    "master: a host and a port from 1 to 65535, but was " + host + ":" + port);
        }
    }

    /**
     * Reads {@code host:port}; an IPv6 address stands in brackets.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static HostPort parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = text.substring(0, Math.max(0, colon));
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        if (host.isBlank() || host.equals("[]") || (!bracketed && host.indexOf(':') >= 0)) {
            throw new IllegalArgumentException("master: host:port, such as 10.0.0.1:29400, but was " + text);
        }
        try {
            return new HostPort(
                    bracketed ? host.substring(1, host.length() - 1) : host,
                    Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("master: host:port, such as 10.0.0.1:29400, but was " + text, e);
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}

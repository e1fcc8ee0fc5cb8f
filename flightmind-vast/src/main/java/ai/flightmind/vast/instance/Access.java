package ai.flightmind.vast.instance;

/** How SSH or Jupyter reaches an instance. */
public enum Access {
    /** Straight to the host's address where it has open ports, through the service's proxy else. Faster. */
    DIRECT,
    /** Through the service's proxy only. */
    PROXY;

    public static Access direct() {
        return DIRECT;
    }

    public static Access proxy() {
        return PROXY;
    }
}

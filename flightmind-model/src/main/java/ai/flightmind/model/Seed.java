package ai.flightmind.model;

/**
 * What a random draw starts from. Equal seeds give equal weights, on every device.
 *
 * @param value any number
 */
public record Seed(long value) {
    /** For a static import: {@code seed(42)}. */
    public static Seed seed(long value) {
        return new Seed(value);
    }
}

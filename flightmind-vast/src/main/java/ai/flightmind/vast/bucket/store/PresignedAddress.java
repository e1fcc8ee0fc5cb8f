package ai.flightmind.vast.bucket.store;

import java.net.URI;
import java.time.Instant;
import java.util.Map;

/**
 * An address that does one thing to one object, for whoever holds it, until it expires: itself a secret, though a small
 * one. {@link #toString()} leaves the signature out.
 *
 * @param method {@code GET}, {@code PUT}, {@code POST} or {@code DELETE}
 * @param headers to be sent as they are: they are signed
 */
public record PresignedAddress(String method, URI uri, Map<String, String> headers, Instant expires) {
    public PresignedAddress {
        headers = Map.copyOf(headers);
    }

    @Override
    public String toString() {
        return method + " " + uri.getScheme() + "://" + uri.getRawAuthority() + uri.getRawPath() + "?<signed> until "
                + expires;
    }
}

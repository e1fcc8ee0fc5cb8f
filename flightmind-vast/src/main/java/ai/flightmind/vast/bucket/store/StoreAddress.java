package ai.flightmind.vast.bucket.store;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a bucket is.
 *
 * @param endpoint of the service, without the bucket, as {@code https://s3.us-west-001.backblazeb2.com}
 * @param pathStyle whether the bucket is in the path rather than in the host's name
 */
public record StoreAddress(URI endpoint, String bucket, String region, boolean pathStyle) {
    private static final Pattern BUCKET = Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9._-]{1,61}[a-zA-Z0-9]");
    private static final Pattern REGION_IN_HOST = Pattern.compile("s3[.-]([a-z0-9-]+)\\.[a-z0-9-]+(\\.[a-z0-9-]+)+");

    public StoreAddress {
        String scheme = endpoint.getScheme();
        if (endpoint.getHost() == null || !("https".equals(scheme) || "http".equals(scheme))) {
            throw new IllegalArgumentException("The endpoint is an http or https address, not " + scheme + ":…");
        }
        if (endpoint.getRawUserInfo() != null || endpoint.getRawQuery() != null) {
            throw new IllegalArgumentException("The endpoint holds no user and no query; keys go into credentials.");
        }
        if (!BUCKET.matcher(bucket).matches()) {
            throw new IllegalArgumentException("Not a bucket's name: '" + bucket + "'");
        }
    }

    /**
     * The address, with the region read from the endpoint if none is given: the label after {@code s3} if there is one,
     * else {@code us-east-1}, which stores without regions take.
     *
     * @throws IllegalArgumentException if the endpoint or the bucket's name cannot be one
     */
    public static StoreAddress of(String endpoint, String bucket, @Nullable String region, boolean pathStyle) {
        URI uri;
        try {
            uri = new URI(endpoint.strip());
        } catch (URISyntaxException e) {
            // its message repeats the text, which may hold a key
            throw new IllegalArgumentException("The endpoint is no address, at index " + e.getIndex());
        }
        String found = region;
        if (found == null) {
            Matcher host = REGION_IN_HOST.matcher(String.valueOf(uri.getHost()));
            found = host.matches() ? host.group(1) : "us-east-1";
        }
        return new StoreAddress(uri, bucket, found, pathStyle);
    }

    boolean isBackblaze() {
        return endpoint.getHost().endsWith("backblazeb2.com");
    }

    @Override
    public String toString() {
        return endpoint + "/" + bucket;
    }
}

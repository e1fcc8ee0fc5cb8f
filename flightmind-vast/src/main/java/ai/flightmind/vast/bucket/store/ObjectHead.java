package ai.flightmind.vast.bucket.store;

import org.jspecify.annotations.Nullable;

/**
 * What the store knows of one object.
 *
 * @param etag without quotes
 * @param sha256 in hex, as its uploader said; null if it said nothing
 * @param encryptedByKey whether a key of the store's key service, or of a customer, encrypts it: its etag is no MD5 then
 */
public record ObjectHead(
        long sizeBytes, String etag, @Nullable String sha256, boolean encryptedByKey) {
    /** The content's MD5 in hex; null where the store does not give one. */
    public @Nullable String md5() {
        return !encryptedByKey && etag.matches("[0-9a-f]{32}") ? etag : null;
    }
}

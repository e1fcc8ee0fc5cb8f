package ai.flightmind.vast.bucket.store;

/**
 * A part of an upload that the store has.
 *
 * @param number from 1
 * @param etag without quotes; the part's MD5 in hex, where the store does not encrypt with a key of its own
 */
public record StoredPart(int number, long sizeBytes, String etag) {}

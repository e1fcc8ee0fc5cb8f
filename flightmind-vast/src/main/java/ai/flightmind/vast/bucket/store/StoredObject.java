package ai.flightmind.vast.bucket.store;

import java.time.Instant;

/**
 * An object as a listing has it.
 *
 * @param key below the bucket's prefix
 * @param modified when it was stored, by the store's clock
 * @param etag changes with the content; for objects of several parts it is not their MD5
 */
public record StoredObject(String key, long sizeBytes, Instant modified, String etag) {}

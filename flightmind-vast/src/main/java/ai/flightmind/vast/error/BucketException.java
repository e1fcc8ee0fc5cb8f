package ai.flightmind.vast.error;

import org.jspecify.annotations.Nullable;

/** A bucket did not do what was asked. {@link #reason()} is for programs, the message for people. */
public final class BucketException extends VastException {
    private static final long serialVersionUID = 1L;

    /** Why, as far as it can be told. */
    public enum Reason {
        /** The S3 client is not on the class path. */
        NO_CLIENT,
        /** No key was given or found. */
        NO_CREDENTIALS,
        /** The store does not know the key, the secret does not belong to it, or its session is over. */
        WRONG_KEY,
        /** The key is right, but may not do this. */
        NOT_ALLOWED,
        NO_BUCKET,
        NO_OBJECT,
        /** This machine's clock is too far from the store's. */
        CLOCK_SKEW,
        /** The bucket is in another region, or at another endpoint. */
        WRONG_REGION,
        /** No answer, however often it was tried: no connection, a broken one, or silence. */
        UNREACHABLE,
        /** The store fails (5xx) or wants fewer calls, however often it was tried. */
        STORE_DOWN,
        /** The account's storage or traffic is used up. */
        NO_QUOTA,
        /** This machine's disk is full. */
        NO_SPACE,
        /** What arrived is not what was sent. */
        DAMAGED,
        /** The file, the object or the upload became another while it was transferred. */
        CHANGED,
        /** A file on this machine cannot be read or written. */
        LOCAL_FILE,
        /** Any other refusal. */
        REFUSED
    }

    private final Reason reason;
    private final int status;
    private final @Nullable String code;

    public BucketException(
            Reason reason, String message, int status, @Nullable String code, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.status = status;
        this.code = code;
    }

    /** Where the store gave no answer. */
    public BucketException(Reason reason, String message, @Nullable Throwable cause) {
        this(reason, message, 0, null, cause);
    }

    public Reason reason() {
        return reason;
    }

    /** The HTTP status; 0 if there was no answer. */
    public int status() {
        return status;
    }

    /** The store's own code, as {@code NoSuchBucket}; null if it gave none. */
    public @Nullable String code() {
        return code;
    }
}

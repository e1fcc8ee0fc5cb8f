package ai.flightmind.vast.bucket.store;

import ai.flightmind.vast.error.BucketException;
import ai.flightmind.vast.error.BucketException.Reason;
import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.VastException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;
import software.amazon.awssdk.core.exception.AbortedException;
import software.amazon.awssdk.core.exception.SdkException;

/** Turns the client's exceptions into ours, which say what to do and hold no secret; so the client's own are not kept as causes. */
final class Failures {
    private static final int LONGEST = 300;

    private final StoreAddress address;
    private final BucketCredentials credentials;

    Failures(StoreAddress address, BucketCredentials credentials) {
        this.address = address;
        this.credentials = credentials;
    }

    /** @param what was tried, as {@code reading runs/d24/best.ckpt} */
    VastException of(String what, SdkException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof VastException ours) {
                return ours;
            }
            if (cause instanceof AbortedException
                    || cause instanceof InterruptedException
                    || (cause instanceof InterruptedIOException
                            && !(cause instanceof SocketTimeoutException)
                            && Thread.currentThread().isInterrupted())) {
                return new CancelledException(what + " was interrupted.", true, null);
            }
        }
        return e instanceof AwsServiceException refusal ? refused(what, refusal) : silent(what, e);
    }

    private BucketException refused(String what, AwsServiceException e) {
        AwsErrorDetails details = e.awsErrorDetails();
        String code = details == null ? null : details.errorCode();
        String said = details == null || details.errorMessage() == null ? "" : clean(details.errorMessage());
        int status = e.statusCode();
        Reason reason = reason(status, code == null ? "" : code, said.toLowerCase(Locale.ROOT));
        String message = what + " was refused: " + (said.isEmpty() ? "no reason given" : said) + " (" + status
                + (code == null ? "" : " " + clean(code)) + "). " + advice(reason);
        return new BucketException(reason, message, status, code == null ? null : clean(code), null);
    }

    private static Reason reason(int status, String code, String said) {
        return switch (code) {
            case "InvalidAccessKeyId",
                    "SignatureDoesNotMatch",
                    "InvalidToken",
                    "ExpiredToken",
                    "TokenRefreshRequired" -> Reason.WRONG_KEY;
            case "RequestTimeTooSkewed", "RequestExpired" -> Reason.CLOCK_SKEW;
            case "NoSuchBucket", "InvalidBucketName" -> Reason.NO_BUCKET;
            case "NoSuchKey", "NoSuchVersion" -> Reason.NO_OBJECT;
            case "NoSuchUpload", "PreconditionFailed" -> Reason.CHANGED;
            case "AuthorizationHeaderMalformed",
                    "PermanentRedirect",
                    "TemporaryRedirect",
                    "IncorrectEndpoint",
                    "IllegalLocationConstraintException" -> Reason.WRONG_REGION;
            case "QuotaExceeded",
                    "XMinioStorageFull",
                    "InsufficientStorage",
                    "ServiceQuotaExceeded",
                    "AccountProblem",
                    "NotSignedUp",
                    "storage_cap_exceeded",
                    "cap_exceeded" -> Reason.NO_QUOTA;
            case "BadDigest",
                    "InvalidDigest",
                    "IncompleteBody",
                    "XAmzContentSHA256Mismatch",
                    "XAmzContentChecksumMismatch" -> Reason.DAMAGED;
            default -> byStatus(status, said);
        };
    }

    private static Reason byStatus(int status, String said) {
        if (said.contains("cap exceeded") || said.contains("quota") || status == 507 || status == 402) {
            return Reason.NO_QUOTA;
        }
        if (status == 301 || status == 307 || status == 308) {
            return Reason.WRONG_REGION;
        }
        if (status == 401) {
            return Reason.WRONG_KEY;
        }
        if (status == 403) {
            return Reason.NOT_ALLOWED;
        }
        if (status == 404) {
            return Reason.NO_OBJECT;
        }
        if (status == 412) {
            return Reason.CHANGED;
        }
        return status >= 500 || status == 429 || status == 408 ? Reason.STORE_DOWN : Reason.REFUSED;
    }

    private String advice(Reason reason) {
        return switch (reason) {
            case WRONG_KEY ->
                "Check the key's identifier and secret, that they belong together, to this store at "
                        + address.endpoint().getHost() + ", and have not expired.";
            case NOT_ALLOWED ->
                "The key may not do this in " + address.bucket()
                        + ": give it the right, or take another; check() says which rights are missing.";
            case NO_BUCKET ->
                "Create the bucket " + address.bucket()
                        + ", or check its name and the endpoint: a bucket is found in its own region only.";
            case NO_OBJECT -> "Check the key and the prefix; list() says what is there.";
            case CLOCK_SKEW -> "Set this machine's clock: it differs from the store's by more than 15 minutes.";
            case WRONG_REGION ->
                "The bucket is not in the region " + address.region()
                        + " or not at this endpoint: take those that the store's console shows.";
            case NO_QUOTA -> "Delete what is not needed, or raise the account's limit.";
            case STORE_DOWN ->
                "The store has a problem or wants fewer calls; run it again later, it goes on where it was.";
            case DAMAGED -> "What arrived is not what was sent; run it again, it goes on where it was.";
            case CHANGED -> "Another program changed it meanwhile; run it again.";
            default -> "Sending it again will not help.";
        };
    }

    private BucketException silent(String what, SdkException e) {
        IOException io = null;
        for (Throwable cause = e; cause != null && io == null; cause = cause.getCause()) {
            if (cause instanceof IOException found) {
                io = found;
            }
        }
        String host = address.endpoint().getAuthority();
        if (io == null) {
            return new BucketException(
                    Reason.REFUSED, what + " failed before it was sent or after it was answered: " + said(e), null);
        }
        String why;
        if (io instanceof UnknownHostException) {
            why = "There is no host " + host + ": check the endpoint, and this machine's network.";
        } else if (io instanceof SSLException) {
            why = "No secure connection to " + host + ": check the endpoint, https against http, and proxies between.";
        } else if (io instanceof SocketTimeoutException) {
            why = host + " was silent for too long: check the network, and run it again; it goes on where it was.";
        } else {
            why = "No connection to " + host + ", or it broke again and again: check the endpoint and the network, and"
                    + " run it again; it goes on where it was.";
        }
        return new BucketException(Reason.UNREACHABLE, what + " failed (" + said(io) + "). " + why, io);
    }

    private String said(Throwable e) {
        return clean(e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
    }

    private String clean(@Nullable String text) {
        String clean =
                credentials.redact(String.valueOf(text)).replaceAll("\\s+", " ").trim();
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "…";
    }
}

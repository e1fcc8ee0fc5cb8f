package ai.flightmind.train.document;

import ai.flightmind.train.error.DataException;
import java.io.IOException;
import java.util.OptionalLong;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** A file at a URL, on a server that knows range requests (RFC 9110, section 14). */
final class HttpFile implements DataFile {
    private static final int PARTIAL_CONTENT = 206;

    private final HttpReader http;
    private final HttpUrl url;
    private volatile long length;

    /** @param length of the file, as far as it is known already */
    HttpFile(HttpReader http, HttpUrl url, OptionalLong length) {
        this.http = http;
        this.url = url;
        this.length = length.orElse(-1);
    }

    @Override
    public String name() {
        return url.toString();
    }

    @Override
    public long length() {
        if (length < 0) {
            length = http.read(request(0, 1), response -> total(response));
        }
        return length;
    }

    @Override
    public byte[] read(long from, int count) {
        return http.read(request(from, count), response -> {
            long total = total(response);
            if (length >= 0 && total != length) {
                throw new DataException(url + " has changed while it was read: it had " + length
                        + " bytes, and now has " + total + ". Begin a new run with it.");
            }
            byte[] bytes = response.body().bytes();
            if (bytes.length != count) {
                throw new IOException(bytes.length + " bytes came of " + count);
            }
            return bytes;
        });
    }

    private Request request(long from, int count) {
        return new Request.Builder()
                .url(url)
                .header("Range", "bytes=" + from + "-" + (from + count - 1))
                .header("Accept-Encoding", "identity") // or ranges would be of compressed bytes
                .build();
    }

    private long total(Response response) {
        @Nullable String range = response.header("Content-Range");
        if (response.code() != PARTIAL_CONTENT || range == null || !range.matches("bytes \\d+-\\d+/\\d{1,18}")) {
            throw new DataException(url + " is served whole, not by ranges (status " + response.code()
                    + "). Download the file and read it from disk.");
        }
        return Long.parseLong(range.substring(range.indexOf('/') + 1));
    }
}

package ai.flightmind.train.document;

import ai.flightmind.train.error.DataException;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import okhttp3.HttpUrl;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** What files a data set on the Hub has, by its HTTP interface: {@code https://huggingface.co/docs/hub/api}. */
final class HubFiles {
    private static final Pattern NEXT = Pattern.compile("<([^>]+)>\\s*;\\s*rel=\"next\"");

    private record Entry(String path, long bytes) {}

    private record Page(List<Entry> entries, @Nullable HttpUrl next) {}

    private final HttpReader http;
    private final HttpUrl hub;

    HubFiles(HttpReader http, HttpUrl hub) {
        this.http = http;
        this.hub = hub;
    }

    /**
     * Those below a directory that hold documents, in the order of their paths, at the commit that the revision is now: so
     * a run goes on with the same bytes, whatever is pushed meanwhile.
     *
     * @param dataset as {@code HuggingFaceFW/fineweb-edu}
     * @param directory as {@code sample/10BT}; empty for all of it
     * @throws DataException if there is none, or it cannot be reached
     */
    List<HttpFile> list(String dataset, String directory, String revision) {
        String commit = commit(dataset, revision);
        HttpUrl.Builder tree = api(dataset).addPathSegment("tree").addPathSegment(commit);
        if (!directory.isEmpty()) {
            tree.addPathSegments(directory);
        }
        List<Entry> entries = new ArrayList<>();
        HttpUrl next = tree.addQueryParameter("recursive", "true").build();
        while (next != null) {
            Page page = http.read(request(next), this::page);
            entries.addAll(page.entries);
            next = page.next;
        }
        List<HttpFile> files = entries.stream()
                .filter(entry -> Format.of(entry.path).isPresent())
                .sorted(Comparator.comparing(Entry::path))
                .map(entry -> new HttpFile(http, url(dataset, commit, entry.path), OptionalLong.of(entry.bytes)))
                .toList();
        if (files.isEmpty()) {
            throw new DataException("The data set " + dataset + " has no Parquet file or JSON lines below '" + directory
                    + "'. See its page for the directories that it has.");
        }
        return files;
    }

    private String commit(String dataset, String revision) {
        HttpUrl url =
                api(dataset).addPathSegment("revision").addPathSegment(revision).build();
        return http.read(request(url), response -> {
            try (JsonReader json = JsonReader.of(response.body().source())) {
                String sha = null;
                json.beginObject();
                while (json.hasNext()) {
                    if (json.nextName().equals("sha")) {
                        sha = json.nextString();
                    } else {
                        json.skipValue();
                    }
                }
                json.endObject();
                if (sha == null) {
                    throw new DataException(url + " names no commit.");
                }
                return sha;
            } catch (JsonDataException e) {
                throw new DataException(url + " gave an answer that cannot be understood: " + e.getMessage(), e);
            }
        });
    }

    private Page page(Response response) throws IOException {
        List<Entry> entries = new ArrayList<>();
        try (JsonReader json = JsonReader.of(response.body().source())) {
            json.beginArray();
            while (json.hasNext()) {
                Entry file = entry(json);
                if (file != null) {
                    entries.add(file);
                }
            }
            json.endArray();
        } catch (JsonDataException e) {
            throw new DataException(
                    response.request().url() + " gave an answer that cannot be understood: " + e.getMessage(), e);
        }
        Matcher link = NEXT.matcher(String.join(",", response.headers("Link")));
        return new Page(entries, link.find() ? HttpUrl.parse(link.group(1)) : null);
    }

    /** Null for what is no file. */
    private static @Nullable Entry entry(JsonReader json) throws IOException {
        String type = "";
        String path = "";
        long bytes = 0;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "type" -> type = json.nextString();
                case "path" -> path = json.nextString();
                case "size" -> bytes = json.nextLong();
                default -> json.skipValue();
            }
        }
        json.endObject();
        return type.equals("file") ? new Entry(path, bytes) : null;
    }

    private HttpUrl.Builder api(String dataset) {
        return hub.newBuilder().addPathSegments("api/datasets").addPathSegments(dataset);
    }

    private HttpUrl url(String dataset, String commit, String path) {
        return hub.newBuilder()
                .addPathSegments("datasets")
                .addPathSegments(dataset)
                .addPathSegment("resolve")
                .addPathSegment(commit)
                .addPathSegments(path)
                .build();
    }

    private static Request request(HttpUrl url) {
        return new Request.Builder().url(url).build();
    }
}

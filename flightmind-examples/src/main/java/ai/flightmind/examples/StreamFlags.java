package ai.flightmind.examples;

import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.data.RowTable;
import ai.flightmind.train.document.Documents;
import ai.flightmind.train.mixture.Mixture;
import ai.flightmind.train.stream.TokenStream;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** What is mixed into the training data from the Hub, in flags. */
final class StreamFlags {
    @Option(names = "--fineweb", description = "mix in FineWeb-EDU, streamed from the Hugging Face Hub while it trains")
    private boolean fineweb;

    @Option(
            names = "--aviation-ratio",
            paramLabel = "SHARE",
            description = "with --fineweb: how much of each batch comes from train.bin, from 0 to 1")
    private double aviationRatio = 0.30;

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "with --fineweb: the tokenizer that train.bin was made by")
    private Path tokenizer = Path.of("tokenizer/tokenizer.json");

    @Option(
            names = "--hub-dataset",
            paramLabel = "NAME",
            description = "with --fineweb: another data set, of Parquet files or JSON lines with a text")
    private String dataset = "HuggingFaceFW/fineweb-edu";

    @Option(names = "--hub-directory", paramLabel = "DIR", description = "with --fineweb: what of the data set to read")
    private String directory = "data";

    @Option(names = "--hub-revision", paramLabel = "COMMIT", description = "with --fineweb: a branch, tag or commit")
    private String revision = "main";

    @Option(names = "--hub-url", paramLabel = "URL", description = "with --fineweb: where the Hub is")
    private String url = "https://huggingface.co";

    @Option(
            names = "--stream-cache",
            paramLabel = "DIR",
            description = "with --fineweb: keep there what was read; default: nothing is kept",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Path cache;

    @Option(names = "--stream-cache-gb", paramLabel = "GB", description = "with --stream-cache: at most so much")
    private double cacheGb = 20;

    /** Runs with the table, or with it and the stream, which is closed behind it. */
    void mix(RowTable table, Consumer<Mixture> run) {
        if (!fineweb) {
            run.accept(Mixture.of("train", table));
            return;
        }
        if (!(aviationRatio >= 0 && aviationRatio <= 1)) {
            throw new IllegalArgumentException("--aviation-ratio must be from 0 to 1, not " + aviationRatio);
        }
        Documents.Builder hub = Documents.builder()
                .hubUrl(url)
                .revision(revision)
                .hub(dataset, directory)
                .skipBadDocuments(true);
        if (cache != null) {
            hub.cache(cache, (long) (cacheGb * 1e9));
        }
        try (Tokenizer same = Tokenizer.open(tokenizer);
                Documents documents = hub.build()) {
            run.accept(Mixture.builder()
                    .source("aviation", table, aviationRatio)
                    .source("fineweb", TokenStream.of(documents, same), 1 - aviationRatio)
                    .build());
        }
    }
}

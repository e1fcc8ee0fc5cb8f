package ai.flightmind.examples;

import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.corpus.TextDocuments;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;

/** How documents are read from files, as flags. */
final class CorpusFlags {
    @Option(names = "--field", paramLabel = "NAME", description = "where a line of JSON has its text")
    private String field = "text";

    @ArgGroup
    private DocumentsOfText documents = new DocumentsOfText();

    /** At most one of these. */
    private static final class DocumentsOfText {
        @Option(names = "--per-line", description = "a line of a text file is a document, not the file")
        private boolean perLine;

        @Option(
                names = "--separator",
                paramLabel = "TEXT",
                description = "what stands between documents of a text file")
        private @Nullable String separator;

        private TextDocuments textDocuments() {
            if (separator != null) {
                return TextDocuments.separatedBy(separator);
            }
            return perLine ? TextDocuments.perLine() : TextDocuments.wholeFile();
        }
    }

    @Option(names = "--skip-bad", description = "count what is no document, and go on")
    private boolean skipBad;

    @Option(names = "--skip-empty", description = "count documents without text, and go on")
    private boolean skipEmpty;

    /** A corpus of nothing as yet, which is to be read so. */
    Corpus.Builder corpus() {
        return Corpus.builder()
                .field(field)
                .textDocuments(documents.textDocuments())
                .skipBadDocuments(skipBad)
                .skipEmptyDocuments(skipEmpty);
    }
}

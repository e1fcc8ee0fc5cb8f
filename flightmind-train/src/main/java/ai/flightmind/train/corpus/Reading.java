package ai.flightmind.train.corpus;

/**
 * How documents are read.
 *
 * @param field where a line of JSON has its text
 * @param skipBad whether what is no document is passed over and counted, not an error
 * @param skipEmpty the same of a document without text
 */
record Reading(String field, TextDocuments textDocuments, boolean skipBad, boolean skipEmpty) {
    /** What a document's text depends on. */
    String describe() {
        return field + "\n" + textDocuments;
    }

    /** Whether parts of a file can be read without what is before them. */
    boolean divides(CorpusFile file) {
        return !file.gzip() && (!file.isText() || textDocuments.areFoundFromAnywhere());
    }
}

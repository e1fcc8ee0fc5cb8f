package ai.flightmind.train.prepare;

import ai.flightmind.model.file.WholeFile;
import ai.flightmind.train.error.DataException;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonWriter;
import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import okio.Buffer;

/** {@code train.bin}, {@code val.bin} and {@code meta.json}, which is written last: where it is, the others are whole. */
final class PreparedFiles {
    private static final String OURS = "flightmind";

    private final Path directory;

    PreparedFiles(Path directory) {
        this.directory = directory;
    }

    Path train() {
        return directory.resolve("train.bin");
    }

    Path validation() {
        return directory.resolve("val.bin");
    }

    private Path meta() {
        return directory.resolve("meta.json");
    }

    /**
     * What an earlier run has made of the same corpus with the same settings; empty if it has not come so far.
     *
     * @throws DataException if the directory holds other data
     */
    Optional<PreparedData> find(String settings) {
        if (!Files.exists(meta())) {
            boolean foreign = (Files.exists(train()) || Files.exists(validation())) && !WorkDirectory.isIn(directory);
            if (foreign) {
                throw new DataException(directory + " holds token files already, and nothing is written over them."
                        + " Remove them, or use another directory.");
            }
            return Optional.empty();
        }
        Map<?, ?> meta = read();
        if (!(meta.get(OURS) instanceof Map<?, ?> ours) || !settings.equals(ours.get("settings"))) {
            throw new DataException(
                    directory + " holds data that was made of other files, with another tokenizer or other"
                            + " settings, and nothing is written over it. Remove it, or use another directory.");
        }
        return Optional.of(new PreparedData(
                number(ours, "documents"),
                number(ours, "duplicates"),
                number(ours, "bad_documents"),
                number(ours, "empty_documents"),
                number(ours, "tokens"),
                number(meta, "n_train_sequences"),
                number(meta, "n_val_sequences"),
                Math.toIntExact(number(meta, "seq_len"))));
    }

    private Map<?, ?> read() {
        try {
            Object meta = new Moshi.Builder().build().adapter(Object.class).fromJson(Files.readString(meta()));
            if (meta instanceof Map<?, ?> fields) {
                return fields;
            }
            throw new DataException(meta() + " is not the description of a data set.");
        } catch (IOException | JsonDataException e) {
            throw new DataException(meta() + " is not the description of a data set: " + e.getMessage(), e);
        }
    }

    private long number(Map<?, ?> fields, String name) {
        if (fields.get(name) instanceof Double number) {
            return number.longValue();
        }
        throw new DataException(meta() + " has no number " + name + ".");
    }

    /** The original's fields, and ours. */
    void writeMeta(PreparedData data, int vocabSize, int endOfText, String settings) throws IOException {
        Buffer buffer = new Buffer();
        try (JsonWriter json = JsonWriter.of(buffer)) {
            json.setIndent("  ");
            json.beginObject();
            json.name("seq_len").value(data.sequenceLength());
            json.name("vocab_size").value(vocabSize);
            json.name("eot_id").value(endOfText);
            json.name("n_train_sequences").value(data.trainSequences());
            json.name("n_val_sequences").value(data.validationSequences());
            json.name("n_train_tokens").value(data.trainTokens());
            json.name("n_val_tokens").value(data.validationTokens());
            // The original tells its own corpus from a general one; here there is one corpus.
            json.name("aviation_tokens").value(data.tokens());
            json.name("general_tokens").value(0);
            json.name("aviation_ratio").value(1.0);
            json.name("dtype").value("uint16");
            json.name(OURS).beginObject();
            json.name("settings").value(settings);
            json.name("documents").value(data.documents());
            json.name("duplicates").value(data.duplicates());
            json.name("bad_documents").value(data.badDocuments());
            json.name("empty_documents").value(data.emptyDocuments());
            json.name("tokens").value(data.tokens());
            json.endObject();
            json.endObject();
        }
        WholeFile.write(meta(), buffer::writeTo);
    }
}

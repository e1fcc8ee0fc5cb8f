package ai.flightmind.train.data;

import ai.flightmind.train.error.DataException;
import com.squareup.moshi.Json;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What {@code meta.json} says of a data set. Every field may be absent; unknown fields are passed over.
 *
 * @param sequenceLength tokens per row when it was packed
 * @param vocabSize the tokenizer's number of ids
 * @param endOfTextId the token between documents
 * @param trainTokens tokens in {@code train.bin}
 * @param validationTokens tokens in {@code val.bin}
 */
public record DatasetMeta(
        @Json(name = "seq_len") @Nullable Integer sequenceLength,
        @Json(name = "vocab_size") @Nullable Integer vocabSize,
        @Json(name = "eot_id") @Nullable Integer endOfTextId,
        @Json(name = "n_train_tokens") @Nullable Long trainTokens,
        @Json(name = "n_val_tokens") @Nullable Long validationTokens) {

    /**
     * Reads a {@code meta.json}.
     *
     * @return empty if there is no such file
     * @throws DataException if it is something else
     */
    public static Optional<DatasetMeta> readIfPresent(Path file) {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            DatasetMeta meta =
                    new Moshi.Builder().build().adapter(DatasetMeta.class).fromJson(Files.readString(file));
            return Optional.ofNullable(meta);
        } catch (IOException | JsonDataException e) {
            throw new DataException(file + " is not the description of a data set: " + e.getMessage(), e);
        }
    }
}

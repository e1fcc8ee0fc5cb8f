package ai.flightmind.train.data;

import ai.flightmind.train.error.DataException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A directory with {@code train.bin}, {@code val.bin} and, where it is there, {@code meta.json}. The files are mapped
 * until {@link #close()}.
 */
public final class TokenDataset implements AutoCloseable {
    private final TokenFile train;
    private final TokenFile validation;
    private final Optional<DatasetMeta> meta;

    private TokenDataset(TokenFile train, TokenFile validation, Optional<DatasetMeta> meta) {
        this.train = train;
        this.validation = validation;
        this.meta = meta;
    }

    /**
     * Opens a directory of token files.
     *
     * @throws DataException if a file is missing, empty, of odd size, or not as long as {@code meta.json} says
     */
    public static TokenDataset open(Path directory) {
        if (!Files.isDirectory(directory)) {
            throw new DataException("The data directory " + directory + " does not exist. It should hold train.bin and"
                    + " val.bin, and may hold meta.json.");
        }
        Optional<DatasetMeta> meta = DatasetMeta.readIfPresent(directory.resolve("meta.json"));
        TokenFile train = TokenFile.open(directory.resolve("train.bin"));
        try {
            requireLength(train, meta.map(DatasetMeta::trainTokens));
            TokenFile validation = TokenFile.open(directory.resolve("val.bin"));
            try {
                requireLength(validation, meta.map(DatasetMeta::validationTokens));
                return new TokenDataset(train, validation, meta);
            } catch (RuntimeException e) {
                validation.close();
                throw e;
            }
        } catch (RuntimeException e) {
            train.close();
            throw e;
        }
    }

    private static void requireLength(TokenFile file, Optional<Long> promised) {
        if (promised.isPresent() && file.tokenCount() < promised.get()) {
            throw new DataException(file.path() + " holds " + file.tokenCount() + " tokens, but meta.json promises "
                    + promised.get() + ": the file is truncated. Copy it again.");
        }
    }

    /** What is trained on. */
    public TokenFile train() {
        return train;
    }

    /** What is evaluated on. */
    public TokenFile validation() {
        return validation;
    }

    /** What {@code meta.json} says, where there is one. */
    public Optional<DatasetMeta> meta() {
        return meta;
    }

    @Override
    public void close() {
        train.close();
        validation.close();
    }
}

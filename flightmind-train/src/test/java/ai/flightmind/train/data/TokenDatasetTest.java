package ai.flightmind.train.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.train.error.DataException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenDatasetTest {
    private final Path dir;

    TokenDatasetTest(@TempDir Path dir) {
        this.dir = dir;
    }

    @BeforeEach
    void wholeDataSet() throws IOException {
        TokenFiles.write(dir.resolve("train.bin"), 1, 2, 3, 4, 5, 6);
        TokenFiles.write(dir.resolve("val.bin"), 7, 8);
    }

    @Test
    void bothFilesAreOpened() {
        try (TokenDataset dataset = TokenDataset.open(dir)) {
            assertThat(dataset.train().tokenCount()).isEqualTo(6);
            assertThat(dataset.validation().tokenCount()).isEqualTo(2);
            assertThat(dataset.train().path()).isEqualTo(dir.resolve("train.bin"));
            assertThat(dataset.validation().path()).isEqualTo(dir.resolve("val.bin"));
        }
    }

    @Test
    void absentDescriptionIsFine() {
        try (TokenDataset dataset = TokenDataset.open(dir)) {
            assertThat(dataset.meta()).isEmpty();
        }
    }

    @Test
    void descriptionIsRead() throws IOException {
        describe(dir, """
                {"seq_len": 64, "vocab_size": 512, "eot_id": 0, "n_train_sequences": 3, "n_train_tokens": 6,
                 "n_val_tokens": 2, "aviation_ratio": 1.0, "dtype": "uint16"}
                """);

        try (TokenDataset dataset = TokenDataset.open(dir)) {
            assertThat(dataset.meta()).contains(new DatasetMeta(64, 512, 0, 6L, 2L));
        }
    }

    @Test
    void descriptionMaySayLittle() throws IOException {
        describe(dir, "{\"vocab_size\": 512, \"seq_len\": null}");

        try (TokenDataset dataset = TokenDataset.open(dir)) {
            assertThat(dataset.meta()).contains(new DatasetMeta(null, 512, null, null, null));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "not json", "{\"vocab_size\": \"many\"}", "{\"n_train_tokens\": 1.5}"})
    void malformedDescriptionIsRefusedWithItsName(String text) throws IOException {
        describe(dir, text);

        assertRefused(dir, dir.resolve("meta.json"), "not the description of a data set");
    }

    @Test
    void fewerTrainingTokensThanPromisedAreRefused() throws IOException {
        describe(dir, "{\"n_train_tokens\": 7, \"n_val_tokens\": 2}");

        assertRefused(dir, dir.resolve("train.bin"), "holds 6 tokens, but meta.json promises 7");
    }

    @Test
    void fewerValidationTokensThanPromisedAreRefused() throws IOException {
        describe(dir, "{\"n_train_tokens\": 6, \"n_val_tokens\": 9}");

        assertRefused(dir, dir.resolve("val.bin"), "holds 2 tokens, but meta.json promises 9");
    }

    @Test
    void moreTokensThanPromisedAreFine() throws IOException {
        describe(dir, "{\"n_train_tokens\": 5, \"n_val_tokens\": 1}");

        try (TokenDataset dataset = TokenDataset.open(dir)) {
            assertThat(dataset.train().tokenCount()).isEqualTo(6);
        }
    }

    @Test
    void missingDirectoryIsNamedWithWhatItShouldHold() {
        Path missing = dir.resolve("nowhere");

        assertRefused(missing, missing, "does not exist. It should hold train.bin and val.bin");
    }

    @ParameterizedTest
    @ValueSource(strings = {"train.bin", "val.bin"})
    void missingFileIsNamed(String name) throws IOException {
        Files.delete(dir.resolve(name));

        assertRefused(dir, dir.resolve(name), "does not exist");
    }

    @ParameterizedTest
    @ValueSource(strings = {"train.bin", "val.bin"})
    void emptyFileIsNamed(String name) throws IOException {
        Files.write(dir.resolve(name), new byte[0]);

        assertRefused(dir, dir.resolve(name), "is empty");
    }

    @ParameterizedTest
    @ValueSource(strings = {"train.bin", "val.bin"})
    void oddSizedFileIsNamed(String name) throws IOException {
        Files.write(dir.resolve(name), new byte[3]);

        assertRefused(dir, dir.resolve(name), "3 bytes, an odd number");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void closingUnmapsBothFiles() throws IOException {
        try (TokenDataset dataset = TokenDataset.open(dir)) {
            assertThat(dataset.train().tokenCount()).isEqualTo(6);
            assertThat(mapped(dir)).isTrue();
        }

        assertThat(mapped(dir)).isFalse();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void refusedDataSetIsNotLeftMapped() throws IOException {
        describe(dir, "{\"n_val_tokens\": 9}");

        assertRefused(dir, dir.resolve("val.bin"), "promises 9");

        assertThat(mapped(dir)).isFalse();
    }

    private static boolean mapped(Path dir) throws IOException {
        return Files.readString(Path.of("/proc/self/maps")).contains(dir.toString());
    }

    private static void describe(Path dir, String json) throws IOException {
        Files.writeString(dir.resolve("meta.json"), json);
    }

    private static void assertRefused(Path dir, Path named, String why) {
        assertThatThrownBy(() -> TokenDataset.open(dir))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(named.toString())
                .hasMessageContaining(why);
    }
}

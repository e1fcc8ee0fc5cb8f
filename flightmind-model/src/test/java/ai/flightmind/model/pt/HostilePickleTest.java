package ai.flightmind.model.pt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.model.error.PtFormatException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sound zips with a pickle that is wrong on purpose; pickles are written here in Latin-1. */
class HostilePickleTest {
    private static final String TENSOR = "ctorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nFloatStorage\n"
            + "X\1\0\0\0000X\3\0\0\0cpuK\4tQ";

    @TempDir
    Path folder;

    @BeforeAll
    static void loadTorch() {
        Torch.load();
    }

    private Object open(String latin1) throws IOException {
        return open(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    private Object open(byte[] pickle) throws IOException {
        Path file = folder.resolve("hostile.pt");
        try (OutputStream out = Files.newOutputStream(file);
                ZipOutputStream zip = new ZipOutputStream(out)) {
            store(zip, "x/data.pkl", pickle);
            store(zip, "x/data/0", new byte[16]);
        }
        try (PtReader reader = PtReader.open(file)) {
            return reader.root();
        }
    }

    private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        ZipEntry entry = new ZipEntry(name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(bytes.length);
        entry.setCrc(crc.getValue());
        zip.putNextEntry(entry);
        zip.write(bytes);
        zip.closeEntry();
    }

    private void assertRefused(String pickle, String... messageParts) {
        assertThatThrownBy(() -> open(pickle))
                .isInstanceOf(PtFormatException.class)
                .hasMessageContaining("hostile.pt")
                .satisfies(e -> assertThat(messageParts)
                        .allSatisfy(part -> assertThat(e).hasMessageContaining(part)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "cos\nsystem\n",
                "cbuiltins\neval\n",
                "c__builtin__\ngetattr\n",
                "ctorch\nload\n",
                "ctorch._utils\n_rebuild_tensor\n",
                "cnumpy.core.multiarray\nscalar\n"
            })
    void unknownNamesAreRefusedByName(String global) {
        String name = global.substring(1, global.length() - 1).replace('\n', '.');
        assertRefused("\u0080\2" + global + "(X\6\0\0\0whoamitR.", name, "hostile.pt");
    }

    @Test
    void namesFromTheStackAreHeldToTheSameList() {
        assertRefused("\u0080\4\u008c\2os\u008c\6system\u0093.", "os.system");
        assertRefused("\u0080\4K\1K\2\u0093.", "1.2");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ".",
                "t.",
                "(.",
                "(K\1t(\u0085.",
                "a.",
                "]a.",
                "K\1K\2a.",
                "}K\1s.",
                "}(K\1u.",
                ")K\1a.",
                "h\7.",
                "q\0.",
                "R.",
                "K\1)R.",
                "}K\1b.",
                "Q.",
                "K\1Q.",
                ")Q.",
                "X\u00ff\u00ff\u00ff\u00ffabc.",
                "X\2\0\0\0\u00ff\u00ff.",
                "\u008a\u00ff.",
                "\u008a\u0009123456789.",
                "G123",
                "ccollections",
                "ccollections\nOrderedDict\n.",
                "ctorch\nFloatStorage\n.",
                "ccollections\nOrderedDict\nK\1\u0085R.",
                "}]K\1s.",
                "}}K\1s.",
                "}NK\1s.",
                "\u0080\0N.",
                "\u0080\u0009N.",
                "N.",
                "i",
                "\u0082\1."
            })
    void brokenPicklesAreRefused(String pickle) {
        assertRefused(pickle);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "K\0(K\5t(K\1t", // longer than the storage
                "K\1(K\4t(K\1t", // past its end
                "K\0(K\2K\2t(K\3K\1t", // strides past its end
                "K\0(J\u00ff\u00ff\u00ff\u00fft(K\1t", // a negative size
                "J\u00ff\u00ff\u00ff\u00ff(K\1t(K\1t", // a negative offset
                "K\0(K\1t(K\1K\1t", // more strides than sizes
                "K\0(\u008a\10\0\0\0\0\0\0\0\177\u008a\10\0\0\0\0\0\0\0\177t(K\0K\0t", // more than 64 bits
                "N(K\1t(K\1t",
                "K\0]]",
                "K\0(Nt(K\1t"
            })
    void tensorsOutsideTheirStorageAreRefused(String view) {
        assertRefused("\u0080\2}X\1\0\0\0t" + TENSOR + view + "\u0089NtRs.");
    }

    @Test
    void aStorageOfAnotherLengthThanItsRecordIsRefused() {
        String longer = TENSOR.replace("cpuK\4", "cpuK\5");
        assertRefused(longer + "K\0(K\5t(K\1t\u0089NtR.", "data/0", "16 bytes", "20");
        String missing = TENSOR.replace("X\1\0\0\0000", "X\1\0\0\0009");
        assertRefused(missing + "K\0(K\4t(K\1t\u0089NtR.", "data/9", "missing");
        String huge = TENSOR.replace("cpuK\4", "cpu\u008a\10\0\0\0\0\0\0\0\177");
        assertRefused(huge + "K\0(K\4t(K\1t\u0089NtR.");
    }

    @Test
    void oneStorageUnderTwoTypesIsRefused() {
        String tensor = TENSOR + "K\0(K\4t(K\1t\u0089NtR";
        assertRefused("(" + tensor + tensor.replace("FloatStorage", "IntStorage") + "t.", "two different types");
    }

    @Test
    void endlessAndExplodingGraphsAreRefused() {
        assertRefused("]q\0h\0a.", "nested");
        assertRefused("}q\0K\1h\0s.", "nested");
        assertRefused("(".repeat(200) + "t".repeat(200) + ".", "nested");
        assertRefused("]" + "q\0]h\0ah\0a0".replace("0", "").repeat(60) + ".");
        assertRefused("\u0080\2N" + "q\0(h\0h\0t".repeat(60) + "\u0085.", "unfold");
        assertRefused("]".repeat(3_000_000) + ".", "values");
        assertRefused("(".repeat(3_000_000) + ".", "values");
    }

    @Test
    void aLargePickleIsRefusedUnread() {
        assertRefused("N".repeat((32 << 20) + 1), "larger than");
    }

    @Test
    void randomBytesNeverGetFurtherThanARefusal() throws IOException {
        Random random = new Random(7);
        String opcodes = "\u0080\u0095N\u0088KMJ\u008aGX\u008c}])(t\u0085\u0086aesuqrhjcQRb\u0093.\0\1\2\3";
        for (int i = 0; i < 3000; i++) {
            byte[] pickle = new byte[1 + random.nextInt(40)];
            for (int j = 0; j < pickle.length; j++) {
                pickle[j] = (byte) opcodes.charAt(random.nextInt(opcodes.length()));
            }
            try {
                assertThat(open(pickle)).isNotNull();
            } catch (PtFormatException e) {
                assertThat(e).hasMessageContaining("hostile.pt");
            }
        }
    }

    @Test
    void laterProtocolsAndAllowedNamesAreRead() throws IOException {
        assertThat(open("\u0080\4\u0095\0\0\0\0\0\0\0\0}\u0094\u008c\1aK\1s.")).isEqualTo(Map.of("a", 1L));
        assertThat(open("ctorch\nSize\n(K\2K\3t\u0085R.")).isEqualTo(List.of(2L, 3L));
        assertThat(open("ctorch\nbfloat16\n.")).isEqualTo(PtDtype.BFLOAT16);
        assertThat(open("ctorch._utils\n_rebuild_parameter\n(" + TENSOR + "K\0(K\4t(K\1t\u0089NtR\u0088NtR."))
                .isEqualTo(new PtTensor("0", 4, PtDtype.FLOAT32, List.of(4L), List.of(1L), 0));
    }
}

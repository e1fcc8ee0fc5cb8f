package ai.flightmind.model.safetensors;

import ai.flightmind.model.error.SafetensorsFormatException;
import ai.flightmind.model.pt.PtDtype;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/** A file's description, all of it checked: every byte of the file is in exactly one place of one tensor. */
record SafetensorsHeader(Map<String, StoredTensor> tensors, Map<String, String> metadata) {

    /**
     * Reads a header.
     *
     * @param headerPosition of the JSON in the file; what comes after it is tensors, to the end of the file
     */
    static SafetensorsHeader parse(Path file, byte[] json, long headerPosition, long fileBytes) {
        return new Parser(file, headerPosition, headerPosition + json.length, fileBytes).parse(json);
    }

    private record Extent(StoredTensor tensor, long begin, long end) {}

    private static final class Parser {
        private final Path file;
        private final long headerPosition;
        private final long dataPosition;
        private final long dataBytes;

        Parser(Path file, long headerPosition, long dataPosition, long fileBytes) {
            this.file = file;
            this.headerPosition = headerPosition;
            this.dataPosition = dataPosition;
            this.dataBytes = fileBytes - dataPosition;
        }

        SafetensorsHeader parse(byte[] json) {
            Map<String, String> metadata = new LinkedHashMap<>();
            Map<String, Extent> extents = new HashMap<>();
            Buffer buffer = new Buffer().writeUtf8(utf8(json));
            try (JsonReader reader = JsonReader.of(buffer)) {
                reader.beginObject();
                while (reader.hasNext()) {
                    String name = reader.nextName();
                    if (name.equals(SafetensorsWriter.METADATA)) {
                        metadata(reader, metadata);
                    } else if (extents.put(name, extent(reader, name)) != null) {
                        throw damaged("header: two tensors named " + name, null);
                    }
                }
                reader.endObject();
                JsonReader.Token ignored = reader.peek(); // throws if more than spaces stand after the object
            } catch (IOException | JsonDataException | ArithmeticException e) {
                throw damaged(
                        "header, from byte " + headerPosition + ": not the description of tensors (" + e.getMessage()
                                + ")",
                        e);
            }
            return new SafetensorsHeader(inOrder(extents), Collections.unmodifiableMap(metadata));
        }

        private String utf8(byte[] json) {
            try {
                return StandardCharsets.UTF_8
                        .newDecoder()
                        .decode(ByteBuffer.wrap(json))
                        .toString();
            } catch (CharacterCodingException e) {
                throw damaged("header, from byte " + headerPosition + ": not UTF-8", e);
            }
        }

        private static void metadata(JsonReader reader, Map<String, String> into) throws IOException {
            reader.beginObject();
            while (reader.hasNext()) {
                into.put(reader.nextName(), reader.nextString());
            }
            reader.endObject();
        }

        private Extent extent(JsonReader reader, String name) throws IOException {
            String code = null;
            List<Long> shape = null;
            List<Long> offsets = null;
            reader.beginObject();
            while (reader.hasNext()) {
                switch (reader.nextName()) {
                    case "dtype" -> code = reader.nextString();
                    case "shape" -> shape = longs(reader);
                    case "data_offsets" -> offsets = longs(reader);
                    default -> throw damaged("header: unknown field at " + reader.getPath(), null);
                }
            }
            reader.endObject();
            if (code == null || shape == null || offsets == null || offsets.size() != 2) {
                throw damaged("header: " + name + " lacks its dtype, its shape or its two data_offsets", null);
            }
            PtDtype dtype = DtypeCode.parse(code);
            if (dtype == null) {
                throw damaged("header: " + name + " is of dtype " + code + ", which cannot be read", null);
            }
            long begin = offsets.get(0);
            long end = offsets.get(1);
            long needed = StoredTensor.bytes(dtype, shape);
            if (end - begin != needed) {
                throw damaged(
                        "header: " + name + ", " + StoredTensor.describe(dtype, shape) + ", takes " + needed
                                + " bytes, but lies at offsets " + begin + " to " + end,
                        null);
            }
            if (end > dataBytes) {
                throw damaged(
                        "it ends at byte " + (dataPosition + dataBytes) + ", but " + name + " should reach from byte "
                                + (dataPosition + begin) + " to " + (dataPosition + end),
                        null);
            }
            return new Extent(new StoredTensor(name, dtype, shape, dataPosition + begin), begin, end);
        }

        private List<Long> longs(JsonReader reader) throws IOException {
            List<Long> longs = new ArrayList<>();
            reader.beginArray();
            while (reader.hasNext()) {
                long each = reader.nextLong();
                if (each < 0) {
                    throw damaged("header: a negative number at " + reader.getPath(), null);
                }
                longs.add(each);
            }
            reader.endArray();
            return longs;
        }

        /** A gap or an overlap means that a byte was lost or changed somewhere in the header. */
        private Map<String, StoredTensor> inOrder(Map<String, Extent> extents) {
            List<Extent> sorted = new ArrayList<>(extents.values());
            sorted.sort(Comparator.comparingLong(Extent::begin)
                    .thenComparingLong(Extent::end)
                    .thenComparing(extent -> extent.tensor().name()));
            Map<String, StoredTensor> ordered = new LinkedHashMap<>();
            long covered = 0;
            for (Extent extent : sorted) {
                if (extent.begin() != covered) {
                    throw damaged(
                            "header: " + extent.tensor().name() + " lies at byte " + (dataPosition + extent.begin())
                                    + ", but the tensor before it ends at " + (dataPosition + covered),
                            null);
                }
                covered = extent.end();
                ordered.put(extent.tensor().name(), extent.tensor());
            }
            if (covered != dataBytes) {
                throw damaged(
                        "byte " + (dataPosition + covered) + ": the last tensor ends here, " + (dataBytes - covered)
                                + " bytes before the end of the file",
                        null);
            }
            return Collections.unmodifiableMap(ordered);
        }

        private SafetensorsFormatException damaged(String problem, @Nullable Throwable cause) {
            return new SafetensorsFormatException(file, problem, cause);
        }
    }
}

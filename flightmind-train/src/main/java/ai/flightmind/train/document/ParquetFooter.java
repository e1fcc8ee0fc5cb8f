package ai.flightmind.train.document;

import ai.flightmind.train.error.DataException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.parquet.format.ColumnMetaData;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.FieldRepetitionType;
import org.apache.parquet.format.FileMetaData;
import org.apache.parquet.format.RowGroup;
import org.apache.parquet.format.SchemaElement;
import org.apache.parquet.format.Type;
import org.apache.parquet.format.Util;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/**
 * What a Parquet file says of its text column.
 *
 * @param schema of that column alone
 * @param createdBy the program that wrote the file, for whose errors readers allow
 */
record ParquetFooter(MessageType schema, String createdBy, List<Chunk> chunks) {
    private static final int TAIL_BYTES = 8;
    private static final String MAGIC = "PAR1";
    private static final int FIRST_READ_BYTES = 1 << 16;

    /** The text column of a row group: where its bytes are, how many rows it has. */
    record Chunk(int rowGroup, long from, long bytes, long rows, CompressionCodec codec) {}

    ParquetFooter {
        chunks = List.copyOf(chunks);
    }

    /** @throws DataException if the file is none, is damaged, or has no such column of text */
    static ParquetFooter read(DataFile file, String column) {
        try {
            return of(metadata(file), file, column);
        } catch (IOException | IllegalArgumentException e) {
            throw new DataException(
                    file.name() + " is a damaged Parquet file: its footer cannot be read (" + e.getMessage() + ").", e);
        }
    }

    private static FileMetaData metadata(DataFile file) throws IOException {
        long length = file.length();
        int first = (int) Math.min(length, FIRST_READ_BYTES);
        if (length < TAIL_BYTES + MAGIC.length()) {
            throw notParquet(file);
        }
        byte[] end = file.read(length - first, first);
        if (!new String(end, first - MAGIC.length(), MAGIC.length(), StandardCharsets.US_ASCII).equals(MAGIC)) {
            throw notParquet(file);
        }
        int size = ByteBuffer.wrap(end).order(ByteOrder.LITTLE_ENDIAN).getInt(first - TAIL_BYTES);
        if (size <= 0 || size > length - TAIL_BYTES - MAGIC.length()) {
            throw new IllegalArgumentException("it is said to have " + size + " bytes of the file's " + length);
        }
        byte[] footer = size + TAIL_BYTES <= first
                ? Arrays.copyOfRange(end, first - TAIL_BYTES - size, first - TAIL_BYTES)
                : file.read(length - TAIL_BYTES - size, size);
        return Util.readFileMetaData(new ByteArrayInputStream(footer));
    }

    private static DataException notParquet(DataFile file) {
        return new DataException(file.name() + " is not a Parquet file, or a part of one: it does not end as they do."
                + " Fetch it again.");
    }

    private static ParquetFooter of(FileMetaData metadata, DataFile file, String column) {
        SchemaElement element = column(metadata.getSchema(), file, column);
        boolean required = element.getRepetition_type() == FieldRepetitionType.REQUIRED;
        MessageType schema = new MessageType(
                "document",
                (required ? Types.required(PrimitiveTypeName.BINARY) : Types.optional(PrimitiveTypeName.BINARY))
                        .as(LogicalTypeAnnotation.stringType())
                        .named(column));
        List<Chunk> chunks = new ArrayList<>();
        for (RowGroup group : metadata.getRow_groups()) {
            chunks.add(chunk(group, chunks.size(), file, column));
        }
        String createdBy = metadata.isSetCreated_by() ? metadata.getCreated_by() : "";
        return new ParquetFooter(schema, createdBy, chunks);
    }

    private static SchemaElement column(List<SchemaElement> schema, DataFile file, String column) {
        List<String> names = new ArrayList<>();
        // Depth first, the root before its children.
        for (int i = 1; i < schema.size(); i += size(schema, i)) {
            SchemaElement element = schema.get(i);
            names.add(element.getName());
            if (element.getName().equals(column)) {
                if (element.getType() != Type.BYTE_ARRAY
                        || element.getRepetition_type() == FieldRepetitionType.REPEATED) {
                    throw new DataException(file.name() + ": the column '" + column + "' is not text.");
                }
                return element;
            }
        }
        throw new DataException(
                file.name() + " has no column '" + column + "', but " + names + ". Say which one holds the documents.");
    }

    /** How many elements this one and those below it are. */
    private static int size(List<SchemaElement> schema, int index) {
        int size = 1;
        for (int child = 0; child < schema.get(index).getNum_children(); child++) {
            size += size(schema, index + size);
        }
        return size;
    }

    private static Chunk chunk(RowGroup group, int number, DataFile file, String column) {
        ColumnMetaData found = group.getColumns().stream()
                .map(each -> each.getMeta_data())
                .filter(meta -> meta != null && meta.getPath_in_schema().equals(List.of(column)))
                .findFirst()
                .orElseThrow(() -> new DataException(file.name() + ": row group " + number + " has no column '" + column
                        + "' that can be read, or it is encrypted."));
        long data = found.getData_page_offset();
        // Some writers say 0 for none.
        boolean dictionary = found.isSetDictionary_page_offset() && found.getDictionary_page_offset() > 0;
        long from = dictionary ? Math.min(data, found.getDictionary_page_offset()) : data;
        long bytes = found.getTotal_compressed_size();
        if (from < MAGIC.length() || bytes < 0 || from + bytes > file.length()) {
            throw new IllegalArgumentException("row group " + number + " is said to be at bytes " + from + " to "
                    + (from + bytes) + " of " + file.length());
        }
        return new Chunk(number, from, bytes, group.getNum_rows(), found.getCodec());
    }
}

package ai.flightmind.train.document;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import org.apache.parquet.column.ParquetProperties.WriterVersion;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.example.data.Group;
import org.apache.parquet.example.data.simple.SimpleGroupFactory;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.example.ExampleParquetWriter;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.MessageTypeParser;

/** Parquet files as data sets have them, written by Parquet's own writer. */
public final class ParquetFiles {
    private static final MessageType SCHEMA = MessageTypeParser.parseMessageType(
            "message page { required binary id (UTF8); required group source { required binary url (UTF8);"
                    + " optional int64 date; } optional binary text (UTF8); required double score; }");

    private ParquetFiles() {}

    /** With a few rows per row group, Snappy and checksums. */
    public static void write(Path file, List<String> texts) {
        write(file, texts, CompressionCodecName.SNAPPY, WriterVersion.PARQUET_1_0, 7);
    }

    /** @param texts null for a row without one */
    static void write(
            Path file, List<String> texts, CompressionCodecName codec, WriterVersion version, int rowsPerGroup) {
        try (ParquetWriter<Group> writer = ExampleParquetWriter.builder(new LocalOutputFile(file))
                .withConf(new PlainParquetConfiguration())
                .withCodecFactory(new NativeCodecs())
                .withType(SCHEMA)
                .withCompressionCodec(codec)
                .withWriterVersion(version)
                .withPageRowCountLimit(3)
                .withRowGroupRowCountLimit(rowsPerGroup)
                .build()) {
            SimpleGroupFactory rows = new SimpleGroupFactory(SCHEMA);
            for (int i = 0; i < texts.size(); i++) {
                Group row = rows.newGroup().append("id", "id-" + i).append("score", i / 3.0);
                row.addGroup("source").append("url", "https://example.org/" + i).append("date", (long) i);
                if (texts.get(i) != null) {
                    row.append("text", texts.get(i));
                }
                writer.write(row);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

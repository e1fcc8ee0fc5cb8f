package ai.flightmind.train.document;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.DataPage;
import org.apache.parquet.column.page.DataPageV1;
import org.apache.parquet.column.page.DataPageV2;
import org.apache.parquet.column.page.DictionaryPage;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.format.CompressionCodec;
import org.apache.parquet.format.DataPageHeader;
import org.apache.parquet.format.DataPageHeaderV2;
import org.apache.parquet.format.DictionaryPageHeader;
import org.apache.parquet.format.PageHeader;
import org.apache.parquet.format.Util;
import org.apache.parquet.schema.PrimitiveType;
import org.jspecify.annotations.Nullable;

/** The pages of a column in a row group, unpacked one at a time. Not thread-safe. */
final class ParquetPages implements PageReader {
    private static final int LARGEST_PAGE_BYTES = 1 << 30;

    /** A page as it lies in the file. */
    private static final class Raw {
        private final PageHeader header;
        private final byte[] bytes;

        Raw(PageHeader header, byte[] bytes) {
            this.header = header;
            this.bytes = bytes;
        }
    }

    private final ParquetFooter.Chunk chunk;
    private final CompressionCodec codec;
    private final PrimitiveType type;
    private final RangeInput in;
    private long valuesLeft;
    private @Nullable Raw next;

    ParquetPages(DataFile file, ParquetFooter.Chunk chunk, PrimitiveType type) {
        this.chunk = chunk;
        this.codec = chunk.codec();
        this.type = type;
        this.in = new RangeInput(file, chunk.from(), chunk.from() + chunk.bytes());
        this.valuesLeft = chunk.rows();
    }

    @Override
    public long getTotalValueCount() {
        return chunk.rows();
    }

    @Override
    public @Nullable DictionaryPage readDictionaryPage() {
        try {
            Raw page = next == null && valuesLeft > 0 ? raw() : next;
            if (page == null || !page.header.isSetDictionary_page_header()) {
                next = page;
                return null;
            }
            next = null;
            DictionaryPageHeader header = page.header.getDictionary_page_header();
            byte[] plain = Decompression.of(codec).apply(page.bytes, 0, page.header.getUncompressed_page_size());
            return new DictionaryPage(BytesInput.from(plain), header.getNum_values(), encoding(header.getEncoding()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public @Nullable DataPage readPage() {
        try {
            while (valuesLeft > 0) {
                Raw page = next == null ? raw() : next;
                next = null;
                DataPage data = data(page);
                if (data != null) {
                    valuesLeft -= data.getValueCount();
                    return data;
                }
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Raw raw() throws IOException {
        PageHeader header = Util.readPageHeader(in);
        int size = header.getCompressed_page_size();
        if (size < 0
                || size > chunk.bytes()
                || header.getUncompressed_page_size() < 0
                || header.getUncompressed_page_size() > LARGEST_PAGE_BYTES) {
            throw new IOException(
                    "a page is said to have " + size + " bytes, unpacked " + header.getUncompressed_page_size());
        }
        byte[] bytes = in.readNBytes(size);
        if (bytes.length < size) {
            throw new EOFException("its last page is cut");
        }
        if (header.isSetCrc()) {
            CRC32 crc = new CRC32();
            crc.update(bytes);
            if ((int) crc.getValue() != header.getCrc()) {
                throw new IOException("a page's checksum is wrong");
            }
        }
        return new Raw(header, bytes);
    }

    /** Null for a page of another kind, such as an index. */
    private @Nullable DataPage data(Raw page) throws IOException {
        int unpacked = page.header.getUncompressed_page_size();
        if (page.header.isSetData_page_header()) {
            DataPageHeader header = page.header.getData_page_header();
            requireValues(header.getNum_values());
            return new DataPageV1(
                    BytesInput.from(Decompression.of(codec).apply(page.bytes, 0, unpacked)),
                    header.getNum_values(),
                    unpacked,
                    Statistics.noopStats(type),
                    encoding(header.getRepetition_level_encoding()),
                    encoding(header.getDefinition_level_encoding()),
                    encoding(header.getEncoding()));
        }
        if (!page.header.isSetData_page_header_v2()) {
            return null;
        }
        DataPageHeaderV2 header = page.header.getData_page_header_v2();
        requireValues(header.getNum_values());
        int repetition = header.getRepetition_levels_byte_length();
        int definition = header.getDefinition_levels_byte_length();
        int levels = repetition + definition; // which are never compressed
        if (repetition < 0 || definition < 0 || levels > page.bytes.length) {
            throw new IOException("a page's levels are larger than it");
        }
        boolean packed = !header.isSetIs_compressed() || header.isIs_compressed();
        CompressionCodec used = packed ? codec : CompressionCodec.UNCOMPRESSED;
        return DataPageV2.uncompressed(
                header.getNum_rows(),
                header.getNum_nulls(),
                header.getNum_values(),
                BytesInput.from(page.bytes, 0, repetition),
                BytesInput.from(page.bytes, repetition, definition),
                encoding(header.getEncoding()),
                BytesInput.from(Decompression.of(used).apply(page.bytes, levels, unpacked - levels)),
                Statistics.noopStats(type));
    }

    private void requireValues(int count) throws IOException {
        if (count <= 0 || count > valuesLeft) {
            throw new IOException("a page is said to have " + count + " rows where " + valuesLeft + " are left");
        }
    }

    private static Encoding encoding(org.apache.parquet.format.Encoding encoding) {
        return Encoding.valueOf(encoding.name());
    }
}

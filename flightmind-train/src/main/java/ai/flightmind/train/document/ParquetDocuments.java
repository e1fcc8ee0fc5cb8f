package ai.flightmind.train.document;

import ai.flightmind.train.error.DataException;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.column.impl.ColumnReadStoreImpl;
import org.apache.parquet.column.page.PageReadStore;
import org.apache.parquet.column.page.PageReader;
import org.apache.parquet.io.api.Converter;
import org.apache.parquet.io.api.GroupConverter;
import org.apache.parquet.io.api.PrimitiveConverter;
import org.jspecify.annotations.Nullable;

/**
 * The text column of every eighth row group of a Parquet file. Of the file it reads the footer and that column, a few
 * megabytes at a time.
 */
final class ParquetDocuments implements DocumentReader {
    static final int PARTS = 8;

    private final DataFile file;
    private final ParquetFooter footer;
    private final List<ParquetFooter.Chunk> chunks;
    private int nextChunk;
    private ParquetFooter.@Nullable Chunk chunk;
    private @Nullable ColumnReader column;
    private long row; // of the row group, to be read next

    ParquetDocuments(DataFile file, ParquetFooter footer, int part) {
        this.file = file;
        this.footer = footer;
        this.chunks = IntStream.range(0, footer.chunks().size())
                .filter(group -> group % PARTS == part)
                .mapToObj(footer.chunks()::get)
                .toList();
    }

    @Override
    public @Nullable String next() throws BadTextException {
        try {
            ColumnReader reader = reader();
            ParquetFooter.Chunk group = chunk;
            if (reader == null || group == null) {
                return null;
            }
            String where = file.name() + ": row " + row + " of row group " + group.rowGroup();
            row++;
            boolean isNull =
                    reader.getCurrentDefinitionLevel() < reader.getDescriptor().getMaxDefinitionLevel();
            try {
                if (isNull) {
                    throw new BadTextException(where + " has no text");
                }
                return Text.required(Text.utf8(reader.getBinary().getBytes(), where), where);
            } finally {
                reader.consume();
            }
        } catch (DataException e) {
            throw e;
        } catch (RuntimeException e) {
            throw damaged(e);
        }
    }

    @Override
    public void skip(long documents) {
        long left = documents;
        while (nextChunk < chunks.size() && left >= chunks.get(nextChunk).rows()) {
            left -= chunks.get(nextChunk++).rows();
        }
        try {
            for (; left > 0; left--) {
                ColumnReader reader = reader();
                if (reader == null) {
                    return;
                }
                reader.skip();
                reader.consume();
                row++;
            }
        } catch (DataException e) {
            throw e;
        } catch (RuntimeException e) {
            throw damaged(e);
        }
    }

    private DataException damaged(RuntimeException e) {
        Throwable cause = e.getCause() instanceof IOException io ? io : e;
        return new DataException(
                file.name() + " is a damaged Parquet file, at row group " + (chunk == null ? 0 : chunk.rowGroup())
                        + ": " + cause.getMessage() + ". Fetch it again.",
                e);
    }

    /** At the next row; null behind the last one. */
    private @Nullable ColumnReader reader() {
        while (chunk == null || row >= chunk.rows()) {
            column = null;
            if (nextChunk == chunks.size()) {
                return null;
            }
            chunk = chunks.get(nextChunk++);
            row = 0;
        }
        if (column == null) {
            column = open(chunk);
        }
        return column;
    }

    private ColumnReader open(ParquetFooter.Chunk group) {
        ColumnDescriptor descriptor = footer.schema().getColumns().get(0);
        PageReader pages = new ParquetPages(file, group, descriptor.getPrimitiveType());
        PageReadStore store = new PageReadStore() {
            @Override
            public PageReader getPageReader(ColumnDescriptor ignored) {
                return pages;
            }

            @Override
            public long getRowCount() {
                return group.rows();
            }
        };
        return new ColumnReadStoreImpl(store, new Unused(), footer.schema(), footer.createdBy())
                .getColumnReader(descriptor);
    }

    /** Values are asked for one by one; the library wants to know where others would go. */
    private static final class Unused extends GroupConverter {
        @Override
        public Converter getConverter(int field) {
            return new PrimitiveConverter() {};
        }

        @Override
        public void start() {}

        @Override
        public void end() {}
    }
}

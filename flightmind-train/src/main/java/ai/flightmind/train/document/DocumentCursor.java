package ai.flightmind.train.document;

import ai.flightmind.train.error.DataException;
import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the documents of a part of {@link Documents}, and knows where it is. Not thread-safe. */
public final class DocumentCursor {
    private static final Logger log = LoggerFactory.getLogger(DocumentCursor.class);

    private final String file;
    private final DocumentReader reader;
    private final boolean skipBad;
    private long position;

    DocumentCursor(String file, DocumentReader reader, long position, boolean skipBad) {
        this.file = file;
        this.reader = reader;
        this.position = position;
        this.skipBad = skipBad;
    }

    /** How many of the part's documents are read, those passed over counted: to go on from here, open the part there. */
    public long position() {
        return position;
    }

    /**
     * The next document, which is not blank; null at the part's end. Waits for the network where it must.
     *
     * @throws DataException if it cannot be read, or is no document and such are not skipped
     * @throws CancellationException if the thread is interrupted
     */
    public @Nullable String next() {
        while (true) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancellationException("Interrupted while reading " + file);
            }
            try {
                String text = reader.next();
                position += text == null ? 0 : 1;
                return text;
            } catch (BadTextException e) {
                position++;
                bad(String.valueOf(e.getMessage()));
            } catch (ZipException | EOFException e) {
                throw new DataException(file + " is damaged or incomplete: " + e.getMessage(), e);
            } catch (IOException e) {
                throw new DataException(file + " cannot be read: " + e.getMessage(), e);
            }
        }
    }

    private void bad(String problem) {
        if (!skipBad) {
            throw new DataException(problem + ". Mend it, or have such documents skipped.");
        }
        log.info("Skipped: {}", problem);
    }
}

package ai.flightmind.model.tokenizer;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import ai.djl.huggingface.tokenizers.jni.TokenizersLibrary;
import ai.flightmind.model.error.TokenizerException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.LongFunction;

/**
 * A tokenizer of Hugging Face's library, as DJL binds it: the only class that knows DJL. It goes to the native methods
 * themselves, since DJL's own tokenizer calls a service on the network when it is made, and fetches each token's text and
 * place with its id. Thread-safe; closing waits for calls in progress.
 */
final class NativeTokenizer implements AutoCloseable {
    private static final String LIBRARY = "ai.djl.huggingface.tokenizers.jni.TokenizersLibrary";
    private static final String FLAVOUR = "RUST_FLAVOR";

    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final long handle;
    private boolean closed;

    private NativeTokenizer(long handle) {
        this.handle = handle;
    }

    /**
     * Makes one from the text of a {@code tokenizer.json}.
     *
     * @throws TokenizerException that names the file, if it cannot be read or the library is missing
     */
    static NativeTokenizer open(Path file, String json) {
        load(file);
        try {
            return new NativeTokenizer(TokenizersLibrary.LIB.createTokenizerFromString(json));
        } catch (RuntimeException e) {
            throw new TokenizerException(
                    file + " is not a tokenizer.json that Hugging Face's library reads: " + e.getMessage(), e);
        }
    }

    private static synchronized void load(Path file) {
        try {
            Class.forName(LIBRARY, false, NativeTokenizer.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new TokenizerException(
                    "Reading " + file + " takes the artifact ai.djl.huggingface:tokenizers, which is not on the class"
                            + " path: add it to your dependencies.",
                    e);
        }
        // On a machine with a GPU DJL would fetch another build over the network; the jar holds the one for the CPU.
        boolean chosen = System.getenv(FLAVOUR) != null || System.getProperty(FLAVOUR) != null;
        if (!chosen) {
            System.setProperty(FLAVOUR, "cpu");
        }
        try {
            LibUtils.checkStatus();
        } catch (RuntimeException | LinkageError e) {
            throw new TokenizerException(
                    "The native library that reads " + file + " cannot be loaded: " + e
                            + ". ai.djl.huggingface:tokenizers has it for Linux, macOS (arm64) and Windows.",
                    e);
        } finally {
            if (!chosen) {
                System.clearProperty(FLAVOUR);
            }
        }
    }

    int[] encode(String text) {
        String unicode = Surrogates.mended(text);
        return call(open -> {
            long encoding = TokenizersLibrary.LIB.encode(open, unicode, false);
            try {
                return Arrays.stream(TokenizersLibrary.LIB.getTokenIds(encoding))
                        .mapToInt(Math::toIntExact)
                        .toArray();
            } finally {
                TokenizersLibrary.LIB.deleteEncoding(encoding);
            }
        });
    }

    /** Special tokens are left out. */
    String decode(int[] ids) {
        long[] wide = Arrays.stream(ids).asLongStream().toArray();
        return call(open -> TokenizersLibrary.LIB.decode(open, wide, true));
    }

    private <T> T call(LongFunction<T> call) {
        lock.readLock().lock();
        try {
            if (closed) {
                throw new IllegalStateException("The tokenizer is closed");
            }
            return call.apply(handle);
        } finally {
            lock.readLock().unlock();
        }
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (!closed) {
                closed = true;
                TokenizersLibrary.LIB.deleteTokenizer(handle);
            }
        } finally {
            lock.writeLock().unlock();
        }
    }
}

package ai.flightmind.train;

import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.prepare.Prepare;
import ai.flightmind.train.prepare.PrepareProgress;
import ai.flightmind.train.prepare.PreparedData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** What tests start as a process of its own: it prepares a corpus, and prints how far it is, and what it took. */
final class PreparingMain {
    private static final String BYTES = "bytes";
    private static final Path STATUS = Path.of("/proc/self/status");

    private PreparingMain() {}

    /** Takes the corpus, the directory for the files, the number of threads, {@code bytes} or a tokenizer's file. */
    public static void main(String[] arguments) throws IOException {
        boolean bytes = arguments[3].equals(BYTES);
        Corpus.Builder corpus = Corpus.builder().add(Path.of(arguments[0]));
        if (bytes) {
            corpus.sliceBytes(1 << 20);
        }
        try (Tokenizer tokenizer = bytes ? Tokenizer.bytes() : Tokenizer.open(Path.of(arguments[3]))) {
            long begin = System.nanoTime();
            PreparedData data = Prepare.builder()
                    .corpus(corpus.build())
                    .tokenizer(tokenizer)
                    .directory(Path.of(arguments[1]))
                    .threads(Integer.parseInt(arguments[2]))
                    .sequenceLength(256)
                    .dropDuplicates(true)
                    .progress(PreparingMain::tell)
                    .build()
                    .run();
            double seconds = (System.nanoTime() - begin) / 1e9;
            System.out.println("prepared " + data.documents());
            System.out.printf(
                    Locale.ROOT, "speed %,d tokens, %,.0f tokens/s%n", data.tokens(), data.tokens() / seconds);
        }
        if (Files.exists(STATUS)) {
            Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .forEach(line -> System.out.println("peak " + line.replaceAll("\\D", "")));
        }
    }

    private static void tell(PrepareProgress progress) {
        System.out.println(progress.stage() + " " + progress.done());
    }
}

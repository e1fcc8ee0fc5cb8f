package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.prepare.MadeUpText;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A gigabyte of text and a vocabulary of 32,768, in processes with half a gigabyte of heap. */
class LargeCorpusTest {
    private static final long CORPUS_BYTES = 1_000_000_000;
    private static final long LARGEST_PROCESS_KIB = 1 << 20;
    private static final Duration PATIENCE = Duration.ofMinutes(40);

    @TempDir
    Path folder;

    @Test
    @Tag("slow")
    @Timeout(2 * 60 * 60)
    void gigabyteIsTokenizedInBoundedMemoryToTheSameBytesByOneThreadAndTwo() throws Exception {
        assumeTrue(Boolean.getBoolean("flightmind.slow"), "-Dflightmind.slow=true");
        Path corpus = folder.resolve("corpus.jsonl");
        long documents = new MadeUpText().writeJsonLines(corpus, CORPUS_BYTES);
        Path tokenizer = folder.resolve("tokenizer.json");
        try (Stream<String> texts = Corpus.of(corpus).texts()) {
            BpeTrainer.builder().build().train(texts.limit(20_000)).write(tokenizer);
        }

        for (int threads = 1; threads <= 2; threads++) {
            try (ChildJvm child = ChildJvm.start(
                    "",
                    folder.resolve("errors.txt"),
                    List.of("-Xmx512m", "-XX:TieredStopAtLevel=4"),
                    PreparingMain.class,
                    corpus.toString(),
                    folder.resolve("threads-" + threads).toString(),
                    Integer.toString(threads),
                    tokenizer.toString())) {
                assertThat(child.awaitExit(PATIENCE)).as(child::describe).isZero();
                assertThat(child.lines("prepared ")).containsExactly(Long.toString(documents));
                long peakKib = Long.parseLong(child.lines("peak ").get(0));
                System.out.println(
                        threads + " threads: " + child.lines("speed ").get(0) + ", " + peakKib / 1024 + " MiB");
                assertThat(peakKib).isLessThan(LARGEST_PROCESS_KIB);
            }
        }

        for (String file : List.of("train.bin", "val.bin")) {
            assertThat(folder.resolve("threads-2").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("threads-1").resolve(file));
        }
    }
}

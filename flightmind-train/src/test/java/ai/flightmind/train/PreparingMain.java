package ai.flightmind.train;

import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.corpus.Corpus;
import ai.flightmind.train.prepare.Prepare;
import ai.flightmind.train.prepare.PrepareProgress;
import ai.flightmind.train.prepare.PreparedData;
import java.nio.file.Path;

/** What a test starts as a process of its own, to be killed: it prepares a corpus, and prints how far it is. */
final class PreparingMain {
    private PreparingMain() {}

    /** Takes the corpus, the directory for the files, and the number of threads. */
    public static void main(String[] arguments) {
        PreparedData data = Prepare.builder()
                .corpus(Corpus.builder()
                        .add(Path.of(arguments[0]))
                        .sliceBytes(1 << 20)
                        .build())
                .tokenizer(Tokenizer.bytes())
                .directory(Path.of(arguments[1]))
                .threads(Integer.parseInt(arguments[2]))
                .sequenceLength(256)
                .dropDuplicates(true)
                .progress(PreparingMain::tell)
                .build()
                .run();
        System.out.println("prepared " + data.documents());
    }

    private static void tell(PrepareProgress progress) {
        System.out.println(progress.stage() + " " + progress.done());
    }
}

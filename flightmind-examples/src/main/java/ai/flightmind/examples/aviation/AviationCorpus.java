package ai.flightmind.examples.aviation;

import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Weather reports and radio exchanges to train on, composed from a seed: the same seed gives the
 * same bytes on any machine.
 *
 * <p>All text is ASCII without blank lines. A METAR is one line that begins with {@code METAR }; a
 * radio exchange is lines such as {@code TOWER: ...} and {@code N123AB: ...}, parted by {@code \n}.
 * No document ends with a line end. Immutable; every stream is sequential, composed as it is read, and begins
 * anew, so a longer one begins with the documents of a shorter one.
 */
public final class AviationCorpus {
    /** Exchanges are about five times as long as reports: these are about half of the bytes. */
    private static final int PERCENT_EXCHANGES = 15;

    private final long seed;

    private AviationCorpus(long seed) {
        this.seed = seed;
    }

    /** The corpus of {@code seed}; take another seed for text to evaluate on. */
    public static AviationCorpus of(long seed) {
        return new AviationCorpus(seed);
    }

    /** {@code count} documents in mixed order: about half of the bytes are reports, half exchanges. */
    public Stream<String> documents(int count) {
        Dice dice = new Dice(seed);
        MetarComposer metars = new MetarComposer(dice);
        RadioComposer exchanges = new RadioComposer(dice);
        return stream(count, () -> dice.percent(PERCENT_EXCHANGES) ? exchanges.compose() : metars.compose());
    }

    /** {@code count} METARs alone. */
    public Stream<String> metars(int count) {
        return stream(count, new MetarComposer(new Dice(seed))::compose);
    }

    /** {@code count} radio exchanges alone. */
    public Stream<String> exchanges(int count) {
        return stream(count, new RadioComposer(new Dice(seed))::compose);
    }

    private static Stream<String> stream(int count, Supplier<String> composer) {
        if (count < 0) {
            throw new IllegalArgumentException("count must not be negative: " + count);
        }
        return IntStream.range(0, count).mapToObj(document -> composer.get());
    }
}

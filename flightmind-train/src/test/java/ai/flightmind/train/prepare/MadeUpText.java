package ai.flightmind.train.prepare;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Documents that are like text in what matters to a tokenizer: words of some frequency (Zipf's law over 60,000 of them),
 * punctuation, numbers, paragraphs, and here and there accents, Chinese and emoji. A document is a function of its number.
 */
public final class MadeUpText {
    private static final int WORDS = 60_000;
    private static final String[] SYLLABLES = {
        "ra", "ti", "on", "ver", "al", "men", "is", "ter", "com", "pre", "for", "li", "en", "ing", "de", "sta", "mo",
                "ca",
        "ex", "un", "per", "tor", "ni", "lo", "gra", "ble", "ous", "est", "ma", "so", "the", "y", "qui", "ham", "é",
                "ñan"
    };
    private static final String[] RARE = {"飞行员报告能见度良好。", "✈️", "🛫 ", "café ", "naïve ", "\t", "Größe "};

    private final String[] words = new String[WORDS];

    public MadeUpText() {
        SplittableRandom random = new SplittableRandom(7);
        for (int i = 0; i < WORDS; i++) {
            StringBuilder word = new StringBuilder();
            int syllables = 1 + (i > 60 ? random.nextInt(3) : 0) + (i > 2_000 ? random.nextInt(2) : 0);
            for (int s = 0; s < syllables; s++) {
                word.append(SYLLABLES[random.nextInt(SYLLABLES.length)]);
            }
            words[i] = word.toString();
        }
    }

    /** Some 400 to 6,000 characters. */
    String document(long number) {
        SplittableRandom random = new SplittableRandom(number);
        StringBuilder text = new StringBuilder();
        int length = 400 + (int) (5_600 * Math.pow(random.nextDouble(), 2));
        while (text.length() < length) {
            sentence(random, text);
        }
        return text.toString();
    }

    private void sentence(SplittableRandom random, StringBuilder text) {
        int count = 4 + random.nextInt(18);
        for (int i = 0; i < count; i++) {
            // Under Zipf's law the logarithm of the rank is spread evenly.
            String word = words[(int) Math.exp(random.nextDouble() * Math.log(WORDS))];
            text.append(i == 0 ? word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1) : word);
            int turn = random.nextInt(200);
            if (turn < 3) {
                text.append(' ').append(random.nextInt(10_000));
            } else if (turn == 4) {
                text.append(' ').append(RARE[random.nextInt(RARE.length)]);
            } else if (turn < 14) {
                text.append(',');
            }
            text.append(i + 1 < count ? " " : random.nextInt(8) == 0 ? "?" : ".");
        }
        text.append(random.nextInt(6) == 0 ? "\n\n" : " ");
    }

    /** A line {@code {"text": …}} without its end. */
    static String jsonLine(String document) {
        return "{\"text\":\"" + document.replace("\n", "\\n").replace("\t", "\\t") + "\"}";
    }

    /** Writes documents from 0 on as JSON lines, until there are about so many bytes. Returns how many. */
    public long writeJsonLines(Path file, long bytes) throws IOException {
        long number = 0;
        try (BufferedWriter out = Files.newBufferedWriter(file)) {
            for (long written = 0; written < bytes; number++) {
                String line = jsonLine(document(number)) + "\n";
                out.write(line);
                written += line.length();
            }
        }
        return number;
    }
}

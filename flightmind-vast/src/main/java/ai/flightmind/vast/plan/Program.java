package ai.flightmind.vast.plan;

import java.util.List;

/**
 * What runs on the machine.
 *
 * @param mainClass a Java program on the class path; empty if {@code arguments} are a command of the machine's own
 * @param arguments of the program, word by word
 */
public record Program(String mainClass, List<String> arguments) {
    public Program {
        arguments = List.copyOf(arguments);
        if (mainClass.isEmpty() && arguments.isEmpty()) {
            throw new IllegalArgumentException("A command has at least one word");
        }
    }

    public boolean isJava() {
        return !mainClass.isEmpty();
    }

    /** The same, with a flag's value set to another, or added. */
    public Program with(String flag, String value) {
        List<String> words = new java.util.ArrayList<>(arguments);
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).startsWith(flag + "=")) {
                words.set(i, flag + "=" + value);
                return new Program(mainClass, words);
            }
            if (words.get(i).equals(flag) && i + 1 < words.size()) {
                words.set(i + 1, value);
                return new Program(mainClass, words);
            }
        }
        words.add(flag);
        words.add(value);
        return new Program(mainClass, words);
    }
}

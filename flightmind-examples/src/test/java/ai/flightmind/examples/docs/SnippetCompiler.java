package ai.flightmind.examples.docs;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.StandardLocation;
import javax.tools.ToolProvider;

/** Makes a program of a snippet: a class whose main method it is. */
final class SnippetCompiler {
    static final String MAIN = "SnippetMain";

    private static final String OURS = "ai.flightmind";
    private static final List<String> OF_THE_JDK =
            List.of("java.io", "java.nio.file", "java.time", "java.util", "java.util.concurrent", "java.util.stream");

    private SnippetCompiler() {}

    /**
     * Compiles a snippet against the tests' class path.
     *
     * @param before statements that stand before it
     * @throws AssertionError with the compiler's messages, which name the lines of the page
     */
    static void compile(Snippet snippet, String before, Path classes) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(diagnostics, Locale.ROOT, null)) {
            files.setLocationFromPaths(StandardLocation.CLASS_OUTPUT, List.of(classes));
            JavaFileObject source = new Source(program(snippet, before, packages(files)));
            if (!compiler.getTask(null, files, diagnostics, List.of("-proc:none"), null, List.of(source))
                    .call()) {
                throw new AssertionError(snippet + " does not compile:\n"
                        + diagnostics.getDiagnostics().stream()
                                .map(each -> snippet.page() + ":" + each.getLineNumber() + ": "
                                        + each.getMessage(Locale.ROOT))
                                .collect(Collectors.joining("\n")));
            }
        }
    }

    private static String program(Snippet snippet, String before, Set<String> packages) {
        List<String> imports = new ArrayList<>();
        List<String> statements = new ArrayList<>();
        for (String line : snippet.lines()) {
            boolean isImport = line.startsWith("import ");
            (isImport ? imports : statements).add(line);
            if (isImport) {
                statements.add("");
            }
        }
        packages.forEach(each -> imports.add("import " + each + ".*;"));
        // All on the first line and blank ones below it, so that the compiler counts lines as the page does.
        return String.join(" ", imports)
                + " public final class " + MAIN + " { public static void main(String[] args) throws Exception { "
                + before.replace('\n', ' ')
                + "\n".repeat(snippet.firstLine() - 1)
                + String.join("\n", statements)
                + "\n}}\n";
    }

    /** A page need not say where a public type lives: every package of ours is imported. */
    private static Set<String> packages(StandardJavaFileManager files) throws IOException {
        Set<String> packages = new TreeSet<>(OF_THE_JDK);
        for (JavaFileObject file :
                files.list(StandardLocation.CLASS_PATH, OURS, Set.of(JavaFileObject.Kind.CLASS), true)) {
            String type = files.inferBinaryName(StandardLocation.CLASS_PATH, file);
            packages.add(type.substring(0, type.lastIndexOf('.')));
        }
        return packages;
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String text) {
            super(URI.create("string:///" + MAIN + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}

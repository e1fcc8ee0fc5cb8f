package ai.flightmind.examples.notebook;

import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis;
import jdk.jshell.execution.LocalExecutionControl;
import jdk.jshell.spi.ExecutionControl;
import jdk.jshell.spi.ExecutionControlProvider;
import jdk.jshell.spi.ExecutionEnv;
import org.dflib.jjava.jupyter.channels.JupyterConnection;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.BaseKernelBuilder;
import org.dflib.jjava.jupyter.kernel.JupyterIO;
import org.dflib.jjava.jupyter.kernel.KernelConnectionProperties;
import org.dflib.jjava.jupyter.kernel.LanguageInfo;
import org.dflib.jjava.jupyter.kernel.ReplacementOptions;
import org.dflib.jjava.jupyter.kernel.comm.CommManager;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.Renderer;
import org.dflib.jjava.jupyter.kernel.magic.MagicParser;
import org.dflib.jjava.jupyter.kernel.magic.MagicsRegistry;
import org.dflib.jjava.jupyter.kernel.util.PathsHandler;
import org.dflib.jjava.jupyter.kernel.util.StringStyler;
import org.jspecify.annotations.Nullable;

/**
 * A kernel on JJava's library: its protocol, magics, renderers and extensions, with JShell behind them. JJava's own is in no
 * repository of Maven's.
 */
final class ShellKernel extends BaseKernel {
    private final JShell shell;
    private final LastValue lastValue;

    private ShellKernel(
            JupyterIO io,
            CommManager comms,
            Renderer renderer,
            MagicParser magics,
            MagicsRegistry registry,
            StringStyler styler,
            JShell shell,
            LastValue lastValue) {
        super(
                "java",
                "test",
                new LanguageInfo.Builder("Java")
                        .version(Runtime.version().toString())
                        .mimetype("text/x-java-source")
                        .fileExtension(".java")
                        .pygments("java")
                        .codemirror("java")
                        .build(),
                List.of(),
                null,
                io,
                comms,
                renderer,
                magics,
                registry,
                true,
                styler);
        this.shell = shell;
        this.lastValue = lastValue;
    }

    static ShellKernel create() {
        return new Builder().build();
    }

    /** Started by Jupyter with a file of ports and a key. */
    public static void main(String[] args) throws Exception {
        ShellKernel kernel = create();
        JupyterConnection connection =
                new JupyterConnection(KernelConnectionProperties.parse(Files.readString(Path.of(args[0]))));
        kernel.becomeHandlerForConnection(connection);
        kernel.onStartup();
        connection.connect();
        connection.waitUntilClose();
        System.exit(0);
    }

    void close() {
        shell.close();
    }

    /** As JJava's {@code %jars} and {@code %classpath} do. */
    private void addToClasspath(String paths) {
        for (Path jar : PathsHandler.splitAndResolveGlobs(paths)) {
            shell.addToClasspath(jar.toAbsolutePath().toString());
        }
        installExtensions(getClassLoader());
    }

    @Override
    protected ClassLoader getClassLoader() {
        return Thread.currentThread().getContextClassLoader();
    }

    @Override
    public @Nullable Object evalRaw(String source) {
        Object value = null;
        SourceCodeAnalysis.CompletionInfo next =
                shell.sourceCodeAnalysis().analyzeCompletion(getMagicParser().resolveMagics(source));
        while (next.completeness() != SourceCodeAnalysis.Completeness.EMPTY) {
            if (!next.completeness().isComplete()) {
                throw new IllegalArgumentException("Incomplete: " + next.remaining());
            }
            value = evalSnippet(next.source());
            next = shell.sourceCodeAnalysis().analyzeCompletion(next.remaining());
        }
        return value;
    }

    private @Nullable Object evalSnippet(String source) {
        Object value = null;
        for (SnippetEvent event : shell.eval(source)) {
            if (event.exception() instanceof EvalException thrown) {
                throw new IllegalStateException(
                        thrown.getExceptionClassName() + ": " + thrown.getMessage() + " in: " + source, thrown);
            }
            if (event.exception() != null || event.status() == Snippet.Status.REJECTED) {
                StringBuilder message = new StringBuilder(source);
                shell.diagnostics(event.snippet())
                        .forEach(wrong -> message.append('\n').append(wrong.getMessage(null)));
                throw new IllegalArgumentException(message.toString());
            }
            value = switch (event.snippet().subKind()) {
                case VAR_VALUE_SUBKIND, OTHER_EXPRESSION_SUBKIND, TEMP_VAR_EXPRESSION_SUBKIND -> lastValue.value;
                default -> null;
            };
        }
        return value;
    }

    @Override
    public @Nullable DisplayData inspect(String code, int at, boolean extraDetail) {
        return null;
    }

    @Override
    public @Nullable ReplacementOptions complete(String code, int at) {
        return null;
    }

    @Override
    public String isComplete(String code) {
        return IS_COMPLETE_MAYBE;
    }

    /** Runs snippets in this process, and keeps what the last one gave. */
    private static final class LastValue extends LocalExecutionControl {
        private @Nullable Object value;

        @Override
        protected String invoke(Method snippet) throws Exception {
            value = snippet.invoke(null);
            return valueString(value);
        }
    }

    /** Collects the parts. */
    private static final class Builder extends BaseKernelBuilder<Builder, ShellKernel> {
        @Override
        public ShellKernel build() {
            LastValue lastValue = new LastValue();
            JShell shell = JShell.builder()
                    .executionEngine(
                            new ExecutionControlProvider() {
                                @Override
                                public String name() {
                                    return "this process";
                                }

                                @Override
                                public ExecutionControl generate(ExecutionEnv env, Map<String, String> parameters) {
                                    return lastValue;
                                }
                            },
                            Map.of())
                    .build();
            for (String imports : List.of("java.io", "java.nio.file", "java.util", "java.util.stream", "java.time")) {
                shell.eval("import " + imports + ".*;");
            }
            lineMagic("jars", (ShellKernel kernel, List<String> paths) -> {
                paths.forEach(kernel::addToClasspath);
                return paths;
            });
            return new ShellKernel(
                    buildJupyterIO(buildJupyterIOEncoding()),
                    buildCommManager(),
                    buildRenderer(),
                    new MagicParser("(?<=(?:^|=))\\s*%", "%%", buildMagicTranspiler()),
                    buildMagicsRegistry(),
                    buildErrorStyler(),
                    shell,
                    lastValue);
        }
    }
}

package ai.flightmind.vast.query;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What should not compile does not; what should, does. */
class WrongTypesTest {
    @TempDir
    Path classes;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "where(NUM_GPUS).eq(4)",
                "where(BW_NVLINK).gt(200)",
                "where(GPU_NAME).in(\"RTX 4090\", \"H100 SXM\")",
                "where(GPU_RAM).gte(MemorySize.ofGb(80))",
                "where(DURATION).gte(Duration.ofDays(3))",
                "where(DATACENTER).eq(true)",
            })
    void rightComparisonsCompile(String condition) {
        assertThat(compiles(condition)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "where(GPU_NAME).gt(\"H100\")",
                "where(DATACENTER).gte(true)",
                "where(GEOLOCATION).lt(\"US\")",
                "where(NUM_GPUS).eq(\"4\")",
                "where(NUM_GPUS).eq(4.5)",
                "where(DATACENTER).eq(\"yes\")",
                "where(GPU_RAM).gte(80_000)",
                "where(GPU_RAM).gte(Duration.ofDays(1))",
                "where(DURATION).gte(67)",
                "where(GPU_RAM).in(MemorySize.ofGb(24))",
                "where(DRIVER_VERSION).gte(535.86)",
            })
    void wrongComparisonsDoNotCompile(String condition) {
        assertThat(compiles(condition)).isFalse();
    }

    private boolean compiles(String condition) {
        String source = """
                import static ai.flightmind.vast.query.OfferField.*;
                import ai.flightmind.vast.query.OfferQuery;
                import ai.flightmind.vast.unit.MemorySize;
                import java.time.Duration;
                class Snippet { OfferQuery query = OfferQuery.builder().%s.build(); }
                """.formatted(condition);
        JavaFileObject file =
                new SimpleJavaFileObject(URI.create("string:///Snippet.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return source;
                    }
                };
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<String> options =
                List.of("-proc:none", "-d", classes.toString(), "-cp", System.getProperty("java.class.path"));
        return compiler.getTask(null, null, new DiagnosticCollector<>(), options, null, List.of(file))
                .call();
    }
}

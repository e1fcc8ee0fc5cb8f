package ai.flightmind.examples;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.model.tokenizer.bpe.BpeTrainer;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code --fineweb}, with a Hub on this machine that has one file. */
class PretrainFinewebTest {
    private static final byte[] DOCUMENTS = IntStream.range(0, 200)
            .mapToObj(i -> "{\"text\": \"A page about number " + i + ", which is taught at school.\"}\n")
            .collect(Collectors.joining())
            .getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path directory;

    private HttpServer hub;

    @BeforeEach
    void hubAndData() throws IOException {
        Files.write(directory.resolve("train.bin"), new byte[2 * 64 * 40]);
        Files.write(directory.resolve("val.bin"), new byte[2 * 64 * 4]);
        BpeTrainer.builder()
                .vocabSize(300)
                .build()
                .train(Stream.of("A page about number, which is taught at school."))
                .write(directory.resolve("tokenizer.json"));
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext(
                "/api/datasets/HuggingFaceFW/fineweb-edu/revision/main", call -> answer(call, "{\"sha\": \"c0ffee\"}"));
        hub.createContext(
                "/api/datasets/HuggingFaceFW/fineweb-edu/tree/c0ffee/data",
                call -> answer(
                        call,
                        "[{\"type\": \"file\", \"path\": \"data/a.jsonl\", \"size\": " + DOCUMENTS.length + "}]"));
        hub.createContext(
                "/datasets/HuggingFaceFW/fineweb-edu/resolve/c0ffee/data/a.jsonl", PretrainFinewebTest::range);
        hub.start();
    }

    @AfterEach
    void stop() {
        hub.stop(0);
    }

    private static void answer(HttpExchange call, String json) throws IOException {
        try (call) {
            byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
            call.sendResponseHeaders(200, bytes.length);
            call.getResponseBody().write(bytes);
        }
    }

    private static void range(HttpExchange call) throws IOException {
        try (call) {
            String[] range = call.getRequestHeaders()
                    .getFirst("Range")
                    .substring("bytes=".length())
                    .split("-", -1);
            int from = Integer.parseInt(range[0]);
            int end = Integer.parseInt(range[1]) + 1;
            call.getResponseHeaders().set("Content-Range", "bytes " + from + "-" + (end - 1) + "/" + DOCUMENTS.length);
            call.sendResponseHeaders(206, end - from);
            call.getResponseBody().write(Arrays.copyOfRange(DOCUMENTS, from, end));
        }
    }

    private int pretrain(String... more) {
        List<String> arguments = Stream.concat(
                        Stream.of(
                                "--data=" + directory,
                                "--checkpoints=" + directory.resolve("checkpoints"),
                                "--tokenizer=" + directory.resolve("tokenizer.json"),
                                "--hub-url=http://localhost:" + hub.getAddress().getPort(),
                                "--depth=1",
                                "--vocab-size=300",
                                "--seq-len=64",
                                "--batch-size=8",
                                "--tokens-per-step=504",
                                "--device=cpu",
                                "--threads=1",
                                "--eval-every=100",
                                "--fineweb",
                                "--aviation-ratio=0.5"),
                        Stream.of(more))
                .toList();
        return Commands.execute(new Pretrain(), arguments.toArray(new String[0]));
    }

    @Test
    void halfOfEachBatchIsStreamedAndTheRunGoesOn() throws IOException {
        assertThat(pretrain("--max-steps=3")).isZero();
        Path last = directory.resolve("checkpoints/final.pt");
        assertThat(pretrain("--max-steps=5", "--resume=" + last)).isZero();

        assertThat(Files.readAllLines(directory.resolve("checkpoints/metrics.jsonl")))
                .hasSize(5)
                .last()
                .asString()
                .contains("\"sources\":{\"aviation\":20,\"fineweb\":20}");
    }

    @Test
    void shareBeyondOneIsRefused() {
        assertThat(pretrain("--max-steps=3", "--aviation-ratio=1.5")).isNotZero();
        assertThat(directory.resolve("checkpoints/final.pt")).doesNotExist();
    }
}

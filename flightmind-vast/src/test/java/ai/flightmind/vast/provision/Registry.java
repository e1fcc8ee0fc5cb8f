package ai.flightmind.vast.provision;

import ai.flightmind.vast.fake.PromptSockets;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.Dispatcher;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import mockwebserver3.RecordedRequest;
import okio.Buffer;
import org.jspecify.annotations.NullMarked;

/**
 * A Maven repository on loopback: what is in a folder, and whatever the build that runs this test has fetched for itself,
 * with their SHA-1 in side files.
 */
final class Registry implements AutoCloseable {
    private static final String SHA1 = ".sha1";

    private final MockWebServer server = new MockWebServer();
    private final Path folder;
    private final Path builds = localRepository();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile boolean damages;

    Registry(Path folder) throws IOException {
        this.folder = folder;
        server.setServerSocketFactory(new PromptSockets());
        server.setDispatcher(new Dispatcher() {
            @Override
            public MockResponse dispatch(RecordedRequest request) {
                return answer(request.getUrl().encodedPath().substring(1));
            }
        });
        server.start();
    }

    URI address() {
        return server.url("/").uri();
    }

    /** What was asked for, but for Maven's own needs. */
    List<String> asked() {
        return asked;
    }

    /** From now on the folder's jars arrive damaged, while their SHA-1 stays. */
    void damage() {
        damages = true;
    }

    Path add(MavenArtifact artifact, byte[] content) throws IOException {
        Path file = folder.resolve(artifact.path());
        Files.createDirectories(file.getParent());
        return Files.write(file, content);
    }

    /** Where the build has a jar that is on every class path. */
    private static Path localRepository() {
        try {
            Path jar = Path.of(NullMarked.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
            return jar.resolve("../../../../..").normalize();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    private MockResponse answer(String path) {
        boolean sum = path.endsWith(SHA1);
        String name = sum ? path.substring(0, path.length() - SHA1.length()) : path;
        boolean ours = Files.isRegularFile(folder.resolve(name));
        Path file = ours ? folder.resolve(name) : builds.resolve(name);
        if ((!file.normalize().startsWith(folder) && !file.normalize().startsWith(builds))
                || !Files.isRegularFile(file)) {
            return new MockResponse.Builder().code(404).build();
        }
        try {
            byte[] content = Files.readAllBytes(file);
            if (sum) {
                content = hex("SHA-1", content).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            } else if (ours) {
                asked.add(path);
                if (damages) {
                    content[content.length / 2] ^= 1;
                }
            }
            return new MockResponse.Builder()
                    .code(200)
                    .body(new Buffer().write(content))
                    .build();
        } catch (IOException e) {
            return new MockResponse.Builder().code(500).build();
        }
    }

    static String hex(String algorithm, byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}

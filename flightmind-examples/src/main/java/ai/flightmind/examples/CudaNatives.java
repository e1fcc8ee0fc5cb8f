package ai.flightmind.examples;

import ai.flightmind.vast.provision.MavenArtifact;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;

/** The native libraries that a rented machine gets for itself, in the versions of the Java classes here. */
final class CudaNatives {
    private static final String GROUP = "org.bytedeco";

    private CudaNatives() {}

    /** libtorch for CUDA, and what it needs beside the image's own libraries. */
    static MavenArtifact[] forLinux() {
        return new MavenArtifact[] {
            of("pytorch", "linux-x86_64-gpu"),
            of("cuda", "linux-x86_64"),
            cupti(),
            of("openblas", "linux-x86_64"),
            of("javacpp", "linux-x86_64")
        };
    }

    /** libtorch asks for CUPTI, which NVIDIA's runtime images lack; it comes in a jar of natives only. */
    private static MavenArtifact cupti() {
        return MavenArtifact.of(String.join(
                ":", GROUP, "cuda-redist", of("cuda", "linux-x86_64").version(), "linux-x86_64"));
    }

    private static MavenArtifact of(String artifact, String classifier) {
        String file = "/META-INF/maven/" + GROUP + "/" + artifact + "/pom.properties";
        try (InputStream in = CudaNatives.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("The class path has no " + GROUP + ":" + artifact);
            }
            Properties properties = new Properties();
            properties.load(in);
            return MavenArtifact.of(String.join(":", GROUP, artifact, properties.getProperty("version"), classifier));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

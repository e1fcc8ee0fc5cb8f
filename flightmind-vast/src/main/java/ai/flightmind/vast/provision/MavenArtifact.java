package ai.flightmind.vast.provision;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A jar of a Maven repository.
 *
 * @param classifier empty for none
 * @param sha256 of the jar, in lower-case hex; null to believe the repository's own checksum
 */
public record MavenArtifact(
        String group,
        String artifact,
        String version,
        String classifier,
        @Nullable String sha256) {
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*");
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    public MavenArtifact {
        for (String word : new String[] {group, artifact, version, classifier.isEmpty() ? "_" : classifier}) {
            if (!WORD.matcher(word).matches()) {
                throw new IllegalArgumentException("'" + word + "' is no part of an artifact's coordinates");
            }
        }
        if (sha256 != null && !SHA256.matcher(sha256).matches()) {
            throw new IllegalArgumentException("sha256: 64 hex digits in lower case, not '" + sha256 + "'");
        }
    }

    /** {@code group:artifact:version}, or {@code group:artifact:version:classifier}. */
    public static MavenArtifact of(String coordinates) {
        String[] parts = coordinates.split(":", -1);
        if (parts.length < 3 || parts.length > 4) {
            throw new IllegalArgumentException(
                    "An artifact is group:artifact:version or group:artifact:version:classifier, not '" + coordinates
                            + "'");
        }
        return new MavenArtifact(parts[0], parts[1], parts[2], parts.length == 4 ? parts[3] : "", null);
    }

    /** The same, verified against this SHA-256 (in hexadecimal) wherever it comes from. */
    public MavenArtifact withSha256(String hex) {
        return new MavenArtifact(group, artifact, version, classifier, hex);
    }

    public String fileName() {
        return artifact + "-" + version + (classifier.isEmpty() ? "" : "-" + classifier) + ".jar";
    }

    /** Where it is below a repository's root. */
    String path() {
        return group.replace('.', '/') + "/" + artifact + "/" + version + "/" + fileName();
    }
}

package ai.flightmind.vast.provision;

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

    public MavenArtifact withSha256(String hex) {
        return new MavenArtifact(group, artifact, version, classifier, hex);
    }

    public String fileName() {
        return artifact + "-" + version + (classifier.isEmpty() ? "" : "-" + classifier) + ".jar";
    }
}

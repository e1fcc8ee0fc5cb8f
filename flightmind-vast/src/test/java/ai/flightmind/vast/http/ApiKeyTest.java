package ai.flightmind.vast.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.error.UnauthorizedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApiKeyTest {
    @TempDir
    Path home;

    private void write(String file, String key) throws IOException {
        Path path = home.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, key);
    }

    @Test
    void theKeyIsLookedForWhereTheCommandLooksAndInItsOrder() throws IOException {
        assertThatThrownBy(() -> ApiKey.find(Map.of(), home))
                .isInstanceOf(UnauthorizedException.class)
                .hasMessageContaining("VAST_API_KEY")
                .hasMessageContaining("vastai set api-key");
        write(".vast_api_key", "legacy");
        assertThat(ApiKey.find(Map.of(), home).value()).isEqualTo("legacy");
        write(".config/vastai/vast_api_key", " plain\n");
        assertThat(ApiKey.find(Map.of(), home).value()).isEqualTo("plain");
        write(".config/vastai/vast_tfa_key", "session");
        assertThat(ApiKey.find(Map.of(), home).value()).isEqualTo("session");
        write("elsewhere/vastai/vast_api_key", "xdg");
        Map<String, String> xdg =
                Map.of("XDG_CONFIG_HOME", home.resolve("elsewhere").toString());
        assertThat(ApiKey.find(xdg, home).value()).isEqualTo("xdg");
        assertThat(ApiKey.find(Map.of("VAST_API_KEY", "variable"), home).value())
                .isEqualTo("variable");
    }

    @Test
    void anEmptyOrBrokenKeyIsRefusedWithoutBeingRepeated() {
        assertThatThrownBy(() -> ApiKey.of(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ApiKey.of("se\ncret"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("cret");
        assertThat(ApiKey.of("secret").toString()).doesNotContain("secret");
    }
}

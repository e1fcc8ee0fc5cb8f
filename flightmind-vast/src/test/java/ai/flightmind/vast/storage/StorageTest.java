package ai.flightmind.vast.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.flightmind.vast.VastClient;
import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.fake.FakeTime;
import ai.flightmind.vast.instance.VolumeMount;
import ai.flightmind.vast.storage.Copies.Place;
import java.io.IOException;
import java.util.List;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StorageTest {
    private final MockWebServer server = new MockWebServer();
    private VastClient vast = VastClient.builder().apiKey("unused").build();

    @BeforeEach
    void start() throws IOException {
        server.start();
        vast.close();
        vast = VastClient.builder()
                .baseUrl(server.url("/").toString())
                .apiKey("some-key")
                .timeline(new FakeTime())
                .build();
    }

    @AfterEach
    void close() {
        vast.close();
        server.close();
    }

    private void answer(String body) {
        server.enqueue(new MockResponse.Builder().body(body).build());
    }

    @Test
    void volumesAreReadWithTheirSizeAndMachine() {
        answer("""
                {"volumes": [{"id": 9, "label": "data", "disk_space": 50.0, "machine_id": 4321, "status": "active"}]}
                """);

        assertThat(vast.volumes().list()).singleElement().satisfies(volume -> {
            assertThat(volume.name()).isEqualTo("data");
            assertThat(volume.sizeGb()).isEqualTo(50);
            assertThat(volume.machineId()).isEqualTo(4321);
        });
    }

    @Test
    void anAnswerWithoutVolumesIsNotNoVolumes() {
        answer("{\"success\": true}");

        assertThatThrownBy(() -> vast.volumes().list())
                .isInstanceOfSatisfying(
                        DataException.class, e -> assertThat(e.jsonPath()).isEqualTo("$.volumes"));
    }

    @Test
    void aNewVolumeHasANameToMountItBy() {
        answer("{\"success\": true, \"volume_name\": \"V.123\"}");

        assertThat(vast.volumes().create(555, 50, "data")).isEqualTo("V.123");
    }

    @Test
    void templatesAreReadWithTheirHash() {
        answer("""
                {"templates": [{"id": 1, "hash_id": "661d", "name": "PyTorch", "image": "vastai/pytorch",
                 "env": "-p 8080:8080", "recommended": true, "recommended_disk_space": 32}]}
                """);

        assertThat(vast.templates().named("PyTorch")).singleElement().satisfies(template -> {
            assertThat(template.hash()).isEqualTo("661d");
            assertThat(template.recommendedDiskGb()).isEqualTo(32);
            assertThat(template.dockerFlags()).isEqualTo("-p 8080:8080");
        });
    }

    @Test
    void whatBreaksAnInstanceIsRefused() {
        Place from = Place.instance(1, "/workspace/");
        for (String target : List.of("/", "//", "/root", "/root/")) {
            assertThatThrownBy(() -> vast.copies().copy(from, Place.instance(2, target)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> VolumeMount.existing(9, "/root")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> VolumeMount.existing(9, "/data").sizeGb(5)).isInstanceOf(IllegalStateException.class);
        assertThat(server.getRequestCount()).isZero();
    }
}

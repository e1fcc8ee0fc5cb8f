package ai.flightmind.vast.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import ai.flightmind.vast.VastClient;
import ai.flightmind.vast.fake.FakeTime;
import ai.flightmind.vast.rental.RentalLabel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recorded command against ours, over HTTP: method, path, query, body by value. */
class RecordedCommandsTest {
    /** Where we do otherwise on purpose, and why. */
    private static final Map<String, String> DIFFERENT = Map.of(
            "gpu-names-fetch-on-cold-cache", "a search needs no list of GPU names; the search itself is the same",
            "create-bulk", "each machine is rented by a call of its own, under a label of its own",
            "launch-instance", "the service would pick the machine; we search, look, and rent what we looked at",
            "destroy-no-tty-aborts", "a library does not ask back; the call is the yes",
            "create-ssh-key-path-sent-verbatim", "a path is no key; we refuse it and send nothing",
            "ssh-url-stale-cache-direct", "an address is asked for each time; one kept is wrong after a restart",
            "show-instance-no-key-header", "an empty key is refused, not sent as an empty header");

    static List<RecordedCase> same() {
        return RecordedCase.all().stream()
                .filter(recorded -> !DIFFERENT.containsKey(recorded.name()))
                .toList();
    }

    @Test
    void theCasesAreThere() {
        assertThat(RecordedCase.all()).hasSize(180);
        assertThat(RecordedCase.all().stream().map(RecordedCase::name)).containsAll(DIFFERENT.keySet());
        assertThat(same()).hasSize(180 - DIFFERENT.size());
    }

    @ParameterizedTest
    @MethodSource("same")
    void sendsWhatTheCommandSends(RecordedCase recorded) {
        List<SentRequest> sent;
        String printed = "";
        RuntimeException failure = null;
        try (RecordingServer server = new RecordingServer(recorded);
                VastClient vast = VastClient.builder()
                        .baseUrl(server.url())
                        .apiKey("0123456789abcdef")
                        .timeline(new FakeTime())
                        .build()) {
            try {
                printed = new Command(vast, recorded).run();
            } catch (RuntimeException e) {
                failure = e;
            }
            sent = server.sent();
        }
        assertThat(comparable(sent, recorded.requests()))
                .as("sent; failure %s", failure)
                .isEqualTo(SentRequest.withoutRepeats(recorded.requests()));
        if (recorded.requests().isEmpty() || recorded.stderr().startsWith("Failed with error")) {
            assertThat(failure).isNotNull();
        }
        if (recorded.stdout().matches("(ssh|scp)://.*|error: .*")) {
            assertThat(printed).isEqualTo(recorded.stdout());
        }
    }

    /** A rental's label is the one asked for and an end that only it has; the rest has to be the same. */
    private static List<SentRequest> comparable(List<SentRequest> sent, List<SentRequest> recorded) {
        List<SentRequest> comparable = new ArrayList<>();
        for (SentRequest request : sent) {
            if (!request.path().startsWith("/api/v0/asks/")) {
                comparable.add(request);
                continue;
            }
            @Nullable Object asked = recorded.isEmpty() ? null : recorded.get(0).label();
            assertThat(RentalLabel.name(String.valueOf(request.label())))
                    .hasValue(asked == null ? "run" : asked.toString());
            comparable.add(request.labelled(asked));
        }
        return SentRequest.withoutRepeats(comparable);
    }
}

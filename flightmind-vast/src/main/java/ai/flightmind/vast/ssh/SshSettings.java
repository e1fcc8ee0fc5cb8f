package ai.flightmind.vast.ssh;

import ai.flightmind.vast.instance.SshAddress;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a session was built with; {@link SshSession.Builder} tells of each. */
record SshSettings(
        Supplier<@Nullable SshAddress> address,
        String user,
        String instance,
        List<KeySource> keys,
        HostKeys hostKeys,
        Consumer<HostKey> onFirstSeen,
        Duration connectWithin,
        Duration reconnectWithin,
        Duration keyGrace,
        Duration keepAlive) {}

package ai.flightmind.train.launch.control;

import com.squareup.moshi.JsonAdapter;
import com.squareup.moshi.JsonReader;
import com.squareup.moshi.JsonWriter;
import com.squareup.moshi.Moshi;
import java.io.IOException;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;
import okio.Buffer;
import org.jspecify.annotations.Nullable;

/** What launchers say to each other; on the wire an object with one field, the message's name. */
public sealed interface Message {
    /** Of the messages below; launchers of different versions refuse each other. */
    int VERSION = 1;

    /** Characters of an error that are sent. */
    int MOST_WORDS = 2_000;

    /** Words of errors may be of any length, lines may not. */
    private static String shortened(String words) {
        return words.length() <= MOST_WORDS ? words : words.substring(0, MOST_WORDS) + "…";
    }

    /**
     * The first words of a node to node 0.
     *
     * @param launcher tells this launcher from an earlier one of the same node
     * @param program of the main class and its arguments, see {@link Program}
     * @param attempt the first that this node has not made yet
     */
    record Hello(int version, String launcher, int node, int nodes, int processesPerNode, Program program, int attempt)
            implements Message {
        public Hello {
            Objects.requireNonNull(launcher);
            Objects.requireNonNull(program);
            if (attempt < 0) {
                throw new IllegalArgumentException("attempt " + attempt);
            }
        }

        /** Why this launcher cannot take part in the launch that node 0 has these words for; empty if it can. */
        public Optional<String> differenceTo(Hello node0) {
            String difference = null;
            if (version != node0.version) {
                difference = "another version of the launcher: " + version + " there, " + node0.version + " on node 0";
            } else if (nodes != node0.nodes) {
                difference = "another --nnodes: " + nodes + " there, " + node0.nodes + " on node 0";
            } else if (processesPerNode != node0.processesPerNode) {
                difference = "another --nproc-per-node: " + processesPerNode + " there, " + node0.processesPerNode
                        + " on node 0";
            } else if (!program.mainClass.equals(node0.program.mainClass)) {
                difference = "another main class: " + program.mainClass + " there, " + node0.program.mainClass
                        + " on node 0";
            } else if (!program.equals(node0.program)) {
                difference = "other arguments of the program than on node 0";
            } else if (node < 1 || node >= nodes) {
                difference = "--node-rank " + node + " of " + nodes + " nodes, of which node 0 is here";
            }
            return Optional.ofNullable(difference);
        }
    }

    /** What is run: the class by name, its arguments as a hash, since they may hold secrets. */
    record Program(String mainClass, String argumentsSha256) {
        public Program {
            Objects.requireNonNull(mainClass);
            Objects.requireNonNull(argumentsSha256);
        }
    }

    /** From node 0: be ready to start. */
    record Welcome() implements Message {}

    /** From node 0: this launcher cannot take part. */
    record Refused(String reason) implements Message {
        public Refused {
            reason = shortened(reason);
        }
    }

    /**
     * From node 0: start the ranks.
     *
     * @param masterPort the ranks' own, on the host of node 0
     * @param launchedAtMillis since the epoch, of the whole launch
     */
    record Start(int attempt, int masterPort, long launchedAtMillis) implements Message {}

    /**
     * To node 0, at once: a rank failed by itself.
     *
     * @param isFinal whether a restart cannot help
     */
    record Failed(int attempt, int rank, String cause, boolean isFinal) implements Message {
        public Failed {
            cause = shortened(cause);
        }
    }

    /** From node 0: end the ranks of this attempt. */
    record Stop(int attempt, String reason) implements Message {
        public Stop {
            reason = shortened(reason);
        }
    }

    /** To node 0: no rank of this attempt is left here. */
    record Ended(int attempt, boolean succeeded) implements Message {}

    /** From any: this node was asked to stop, so its ranks, and those that agree with them, end before the last step. */
    record Stopping() implements Message {}

    /** From node 0: all ranks of all nodes have ended well. */
    record Finish() implements Message {}

    /** From node 0: the launch has failed. */
    record GiveUp(String message) implements Message {
        public GiveUp {
            message = shortened(message);
        }
    }

    /** Says that this launcher lives. */
    record Ping() implements Message {}

    /** As one line of JSON, without its end. */
    default String toLine() {
        Buffer line = new Buffer();
        try (JsonWriter json = JsonWriter.of(line)) {
            json.beginObject().name(Format.nameOf(getClass()));
            Format.adapterOf(getClass()).toJson(json, this);
            json.endObject();
        } catch (IOException e) {
            throw new IllegalStateException("Memory does not fail to be written", e);
        }
        return line.readUtf8();
    }

    /**
     * Reads what {@link #toLine} wrote.
     *
     * @throws ProtocolException if it is none of the messages
     */
    static Message ofLine(String line) throws ProtocolException {
        try (JsonReader json = JsonReader.of(new Buffer().writeString(line, StandardCharsets.UTF_8))) {
            json.beginObject();
            JsonAdapter<Message> adapter = Format.ADAPTERS.get(json.nextName());
            Message message = adapter == null ? null : adapter.fromJson(json);
            json.endObject();
            if (message != null && json.peek() == JsonReader.Token.END_DOCUMENT) {
                return message;
            }
        } catch (IOException | RuntimeException | AssertionError e) {
            // Moshi throws the last for what a record's constructor threw.
            throw (ProtocolException) new ProtocolException("what is no message").initCause(e);
        }
        throw new ProtocolException("what is no message");
    }
}

/** The adapters by the messages' names. */
final class Format {
    private static final Moshi MOSHI = new Moshi.Builder().build();

    static final Map<String, JsonAdapter<Message>> ADAPTERS = List.<Class<? extends Message>>of(
                    Message.Hello.class,
                    Message.Welcome.class,
                    Message.Refused.class,
                    Message.Start.class,
                    Message.Failed.class,
                    Message.Stop.class,
                    Message.Ended.class,
                    Message.Stopping.class,
                    Message.Finish.class,
                    Message.GiveUp.class,
                    Message.Ping.class)
            .stream()
            .collect(Collectors.toUnmodifiableMap(Format::nameOf, Format::create));

    private Format() {}

    static String nameOf(Class<? extends Message> type) {
        return type.getSimpleName();
    }

    static JsonAdapter<Message> adapterOf(Class<? extends Message> type) {
        @Nullable JsonAdapter<Message> adapter = ADAPTERS.get(nameOf(type));
        if (adapter == null) {
            throw new IllegalStateException("No format for " + type);
        }
        return adapter;
    }

    @SuppressWarnings("unchecked")
    private static JsonAdapter<Message> create(Class<? extends Message> type) {
        return (JsonAdapter<Message>) (JsonAdapter<?>) MOSHI.adapter(type);
    }
}

package ai.flightmind.train.tensorboard;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.InstantSource;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Writes events as TensorFlow's {@code event.proto}, {@code summary.proto} and {@code tensor.proto} define them; field
 * numbers are theirs.
 */
final class Events {
    private static final int DT_FLOAT = 1;
    private static final int DT_STRING = 7;
    private static final int SESSION_START = 1;

    private final InstantSource clock;

    Events(InstantSource clock) {
        this.clock = clock;
    }

    /** A file's first event. */
    byte[] fileVersion() {
        return event(0, event -> event.text(3, "brain.Event:2"));
    }

    /** From here on, what a reader has of this step and later ones is void: a process began that does them again. */
    byte[] sessionStart(long step) {
        return event(step, event -> event.message(7, log -> log.whole(1, SESSION_START)));
    }

    byte[] scalars(long step, Map<String, Double> values) {
        return event(
                step,
                event -> event.message(
                        5,
                        summary -> values.forEach((tag, value) ->
                                summary.message(1, scalar -> scalar.text(1, tag).number(2, value.floatValue())))));
    }

    /** Markdown. */
    byte[] text(long step, String tag, String text) {
        return summary(
                step,
                tag,
                tensor -> tensor.whole(1, DT_STRING).message(2, shape -> {}).text(8, text),
                plugin -> plugin.text(1, "text"));
    }

    /** For a plugin that keeps its data beside the value, which is an empty tensor. */
    byte[] pluginData(long step, String tag, String plugin, Message content) {
        return summary(
                step,
                tag,
                tensor -> tensor.whole(1, DT_FLOAT).message(2, shape -> shape.message(2, noElement -> {})),
                data -> data.text(1, plugin).message(2, content));
    }

    private byte[] summary(long step, String tag, Consumer<Message> tensor, Consumer<Message> pluginData) {
        return event(
                step,
                event -> event.message(
                        5,
                        summary -> summary.message(
                                1,
                                value -> value.text(1, tag)
                                        .message(8, tensor)
                                        .message(9, metadata -> metadata.message(1, pluginData)))));
    }

    private byte[] event(long step, Consumer<Message> what) {
        Message event = new Message().number(1, clock.millis() / 1e3).whole(2, step);
        what.accept(event);
        return event.toByteArray();
    }

    /** The step of an event that we wrote: time and step stand first. */
    static long stepOf(byte[] event) {
        ByteBuffer bytes = ByteBuffer.wrap(event).order(ByteOrder.LITTLE_ENDIAN);
        bytes.position(1 + Double.BYTES + 1);
        long step = 0;
        for (int shift = 0; shift < Long.SIZE; shift += 7) {
            byte next = bytes.get();
            step |= (next & 0x7FL) << shift;
            if (next >= 0) {
                break;
            }
        }
        return step;
    }
}

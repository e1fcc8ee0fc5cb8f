package ai.flightmind.model.generation;

import ai.flightmind.model.tokenizer.StreamingDecoder;
import ai.flightmind.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One completion as it grows: drawn ids go in, text comes out as soon as it is certain, and at some point it ends. */
final class Transcript {
    private final Generation generation;
    private final int endOfText; // −1 if there is none, or it does not end anything
    private final @Nullable StreamingDecoder decoder;
    private final StopStrings stopStrings;
    private final List<Integer> ids = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int released;
    private @Nullable FinishReason finishReason;

    Transcript(Generation generation, @Nullable Tokenizer tokenizer) {
        this.generation = generation;
        this.endOfText = tokenizer == null || generation.endOfTextIgnored()
                ? -1
                : tokenizer.endOfText().orElse(-1);
        this.decoder = tokenizer == null ? null : tokenizer.streamingDecoder();
        this.stopStrings = new StopStrings(generation.stopStrings());
        if (generation.maxNewTokens() == 0) {
            finish(FinishReason.LENGTH);
        }
    }

    void add(int id) {
        if (id == endOfText) {
            finish(FinishReason.END_OF_TEXT);
            return;
        }
        if (generation.stopTokens().contains(id)) {
            finish(FinishReason.STOP_TOKEN);
            return;
        }
        ids.add(id);
        if (decoder != null) {
            text.append(stopStrings.add(decoder.next(id)));
        }
        if (stopStrings.found()) {
            finishReason = FinishReason.STOP_STRING;
        } else if (ids.size() == generation.maxNewTokens()) {
            finish(FinishReason.LENGTH);
        }
    }

    private void finish(FinishReason reason) {
        finishReason = reason;
        if (decoder != null) {
            text.append(stopStrings.add(decoder.finish()));
            if (stopStrings.found()) {
                finishReason = FinishReason.STOP_STRING;
            } else {
                text.append(stopStrings.end());
            }
        }
    }

    boolean isFinished() {
        return finishReason != null;
    }

    /** The text that has become certain since this was last asked. */
    String newText() {
        String piece = text.substring(released);
        released = text.length();
        return piece;
    }

    Completion completion() {
        if (finishReason == null) {
            throw new IllegalStateException("The completion has not ended");
        }
        return new Completion(text.toString(), ids, finishReason);
    }
}

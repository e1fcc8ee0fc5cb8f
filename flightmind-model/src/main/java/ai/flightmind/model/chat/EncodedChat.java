package ai.flightmind.model.chat;

/** A conversation as token ids, and which of them are to be learned. Immutable. */
public final class EncodedChat {
    /** As they are where they are learned, else their complement, which is negative. */
    private final int[] ids;

    EncodedChat(int[] ids) {
        this.ids = ids;
    }

    /** How many tokens there are. */
    public int length() {
        return ids.length;
    }

    /** The id at a position, from 0. */
    public int id(int position) {
        return isLearned(position) ? ids[position] : ~ids[position];
    }

    /** Whether the model is to learn to say this token, which is the assistant's. */
    public boolean isLearned(int position) {
        return ids[position] >= 0;
    }
}

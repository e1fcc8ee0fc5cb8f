package ai.flightmind.model.generation;

/** Why a completion ends where it ends. */
public enum FinishReason {
    /** It has as many tokens as were asked for. */
    LENGTH,
    /** The model ended the document. */
    END_OF_TEXT,
    /** One of {@link Generation#stopTokens} was drawn. */
    STOP_TOKEN,
    /** One of {@link Generation#stopStrings} appeared. */
    STOP_STRING
}

package ai.flightmind.train.callback;

/**
 * A text that the model wrote while it trained.
 *
 * @param step the step after which it was written
 * @param prompt what it was given to go on from
 * @param text what it wrote, without the prompt
 */
public record Sample(long step, String prompt, String text) {}

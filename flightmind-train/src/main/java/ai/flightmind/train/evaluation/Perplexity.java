package ai.flightmind.train.evaluation;

import java.util.List;
import java.util.OptionalDouble;

/**
 * How well a model foretells the text of a domain. An immutable value.
 *
 * @param domain its name
 * @param tokens that were scored, each once
 * @param bytes of the text in UTF-8; 0 where token ids were scored without a tokenizer
 * @param words of the text, which white space divides; 0 likewise
 * @param nats the sum of −log p over all tokens
 */
public record Perplexity(String domain, long tokens, long bytes, long words, double nats) {
    /** The mean cross-entropy of a token, in nats: what training calls the loss. */
    public double loss() {
        return nats / tokens;
    }

    /** exp(nats / tokens). Only models of one tokenizer can be compared by it. */
    public double perToken() {
        return Math.exp(loss());
    }

    /** exp(nats / words); empty if the text is not known, or has no words. */
    public OptionalDouble perWord() {
        return words == 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.exp(nats / words));
    }

    /** exp(nats / bytes), which models of any tokenizer can be compared by; empty if the text is not known. */
    public OptionalDouble perByte() {
        return bytes == 0 ? OptionalDouble.empty() : OptionalDouble.of(Math.exp(nats / bytes));
    }

    /** nats / (bytes · ln 2): how long the text would be if the model compressed it; empty if the text is not known. */
    public OptionalDouble bitsPerByte() {
        return bytes == 0 ? OptionalDouble.empty() : OptionalDouble.of(nats / bytes / Math.log(2));
    }

    /**
     * Of all domains together, each token counting once. Bytes and words are 0 unless they are known of each.
     *
     * @param domain the name of the whole
     */
    public static Perplexity of(String domain, List<Perplexity> parts) {
        boolean known = parts.stream().allMatch(part -> part.bytes() > 0);
        return new Perplexity(
                domain,
                parts.stream().mapToLong(Perplexity::tokens).sum(),
                known ? parts.stream().mapToLong(Perplexity::bytes).sum() : 0,
                known ? parts.stream().mapToLong(Perplexity::words).sum() : 0,
                parts.stream().mapToDouble(Perplexity::nats).sum());
    }
}

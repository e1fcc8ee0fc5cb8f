package ai.flightmind.train.evaluation;

import ai.flightmind.model.Inference;
import ai.flightmind.model.KeyValueCache;
import ai.flightmind.model.error.CancelledException;
import ai.flightmind.model.tokenizer.Tokenizer;
import ai.flightmind.train.error.DataException;
import ai.flightmind.train.error.NonFiniteException;
import ai.flightmind.train.evaluation.QuestionFile.Question;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** Asks a model how likely each choice of a question is. Not thread-safe. */
final class ChoiceScorer {
    static final String QUESTION = "{question}";

    /** So many questions are encoded before their choices are sorted by length. */
    private static final int QUESTIONS_GATHERED = 256;

    private final Inference inference;
    private final Tokenizer tokenizer;
    private final String prompt;
    private final String delimiter;
    private final int batchSize;

    /**
     * @param prompt what the model reads, {@value #QUESTION} standing for the question
     * @param delimiter what stands between it and a choice
     * @param batchSize choices that are scored side by side
     */
    ChoiceScorer(Inference inference, Tokenizer tokenizer, String prompt, String delimiter, int batchSize) {
        this.inference = inference;
        this.tokenizer = tokenizer;
        this.prompt = prompt;
        this.delimiter = delimiter;
        this.batchSize = batchSize;
    }

    MultipleChoice score(String name, List<Question> questions) {
        int right = 0;
        int rightByCharacters = 0;
        int rightByBytes = 0;
        for (int from = 0; from < questions.size(); from += QUESTIONS_GATHERED) {
            List<Question> some = questions.subList(from, Math.min(questions.size(), from + QUESTIONS_GATHERED));
            double[][] scores = logLikelihoods(some);
            for (int i = 0; i < some.size(); i++) {
                Question question = some.get(i);
                right += isRight(question, scores[i], choice -> 1);
                rightByCharacters += isRight(question, scores[i], choice -> choice.codePointCount(0, choice.length()));
                rightByBytes += isRight(question, scores[i], choice -> choice.getBytes(StandardCharsets.UTF_8).length);
            }
        }
        int count = questions.size();
        return new MultipleChoice(
                name,
                count,
                MultipleChoice.Accuracy.of(right, count),
                MultipleChoice.Accuracy.of(rightByCharacters, count),
                MultipleChoice.Accuracy.of(rightByBytes, count));
    }

    /** 1 or 0. Of choices that are as likely as each other the first counts, as in the harness. */
    private static int isRight(Question question, double[] logLikelihoods, ToDoubleFunction<String> length) {
        int best = 0;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < logLikelihoods.length; i++) {
            double score =
                    logLikelihoods[i] / length.applyAsDouble(question.choices().get(i));
            if (score > most) {
                most = score;
                best = i;
            }
        }
        return best == question.answer() ? 1 : 0;
    }

    /** Of each question's choices, log p(choice | prompt), in nats. */
    double[][] logLikelihoods(List<Question> questions) {
        double[][] scores = new double[questions.size()][];
        List<Request> requests = new ArrayList<>();
        for (int i = 0; i < scores.length; i++) {
            Question question = questions.get(i);
            scores[i] = new double[question.choices().size()];
            for (int choice = 0; choice < scores[i].length; choice++) {
                requests.add(request(question, i, choice));
            }
        }
        requests.sort(Comparator.comparingInt((Request request) -> request.inputs.length)
                .reversed());
        for (int from = 0; from < requests.size(); from += batchSize) {
            if (Thread.currentThread().isInterrupted()) {
                throw new CancelledException("The evaluation was interrupted; what was scored so far is dropped.");
            }
            score(requests.subList(from, Math.min(requests.size(), from + batchSize)), scores);
        }
        return scores;
    }

    private void score(List<Request> batch, double[][] scores) {
        List<int[]> inputs = batch.stream().map(request -> request.inputs).toList();
        List<int[]> targets = batch.stream().map(request -> request.targets).toList();
        try (KeyValueCache cache = inference.newCache(batch.size(), inputs.get(0).length)) {
            double[] sums = inference.logLikelihoods(inputs, targets, cache);
            for (int row = 0; row < sums.length; row++) {
                Request request = batch.get(row);
                if (!Double.isFinite(sums[row])) {
                    throw new NonFiniteException("The model gives a choice a likelihood that is not a finite number:"
                            + " its weights are damaged. Evaluate an older checkpoint.");
                }
                scores[request.question][request.choice] = sums[row];
            }
        }
    }

    /** A choice to score: of each input token the one that follows, or −1 where that is of the prompt. */
    private static final class Request {
        private final int question;
        private final int choice;
        private final int[] inputs;
        private final int[] targets;

        private Request(int question, int choice, int[] inputs, int[] targets) {
            this.question = question;
            this.choice = choice;
            this.inputs = inputs;
            this.targets = targets;
        }
    }

    /**
     * The choice's tokens are those that prompt and choice, encoded together, have behind as many as the prompt has alone,
     * where white space at the prompt's end counts as the choice's; a prompt too long for the model loses its beginning. So
     * does the harness it.
     */
    private Request request(Question question, int number, int choice) {
        String asked = prompt.replace(QUESTION, question.question());
        String context = asked.stripTrailing();
        String continuation = asked.substring(context.length())
                + delimiter
                + question.choices().get(choice);
        int[] contextIds = tokenizer.encode(context);
        int[] whole = tokenizer.encode(context + continuation);
        int size = whole.length - contextIds.length;
        int room = inference.config().sequenceLength();
        if (size < 1 || size > room) {
            throw new DataException(question.place() + ": choice " + choice + " has "
                    + Math.max(0, size) + " tokens, but must have from 1 to " + room
                    + " (the model's sequence length). Take the question out.");
        }
        int[] before = contextIds.length > 0 ? contextIds : new int[] {beginning(question)};
        int[] all = Arrays.copyOf(before, before.length + size);
        System.arraycopy(whole, contextIds.length, all, before.length, size);
        int from = Math.max(0, all.length - 1 - room);
        int[] targets = Arrays.copyOfRange(all, from + 1, all.length);
        Arrays.fill(targets, 0, targets.length - size, -1);
        return new Request(number, choice, Arrays.copyOfRange(all, from, all.length - 1), targets);
    }

    private int beginning(Question question) {
        return tokenizer
                .endOfText()
                .orElseThrow(
                        () -> new DataException(question.place() + ": the prompt is empty, and the tokenizer has no"
                                + " end-of-text token to begin with. Give the questions a prompt."));
    }
}

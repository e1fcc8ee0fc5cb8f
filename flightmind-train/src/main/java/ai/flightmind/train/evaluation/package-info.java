/**
 * What a trained model is worth. Text, token files, multiple-choice questions and prompts go in, an {@link
 * ai.flightmind.train.evaluation.EvaluationReport} comes out: perplexities, accuracies, and what the model wrote; as a
 * table, JSON or a page. Start at {@link ai.flightmind.train.evaluation.ModelEvaluation}.
 */
@NullMarked
package ai.flightmind.train.evaluation;

import org.jspecify.annotations.NullMarked;

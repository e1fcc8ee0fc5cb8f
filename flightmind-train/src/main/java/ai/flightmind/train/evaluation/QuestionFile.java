package ai.flightmind.train.evaluation;

import ai.flightmind.train.corpus.JsonLines;
import ai.flightmind.train.error.DataException;
import com.squareup.moshi.JsonDataException;
import com.squareup.moshi.JsonReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A file of multiple-choice questions, one JSON object a line. Other fields are passed over. */
final class QuestionFile {
    private static final String FORM =
            "A line is {\"question\": \"…\", \"choices\": [\"…\", \"…\"], \"answer\": 0}: the"
                    + " answer is the number of the right choice from 0 on, its letter from A on, or its text.";

    private QuestionFile() {}

    /**
     * A question.
     *
     * @param place file and line, for errors
     * @param choices at least two, none empty
     * @param answer the number of the right one, from 0
     */
    record Question(String place, String question, List<String> choices, int answer) {
        Question {
            choices = List.copyOf(choices);
        }
    }

    /** @throws DataException that names the line, if one is not of this kind, or if there is no question */
    static List<Question> read(Path file) {
        List<Question> questions = new ArrayList<>();
        JsonLines.read(file, FORM, (json, number) -> questions.add(question(json, file + ":" + number)));
        if (questions.isEmpty()) {
            throw new DataException(file + " holds no question. " + FORM);
        }
        return questions;
    }

    private static Question question(JsonReader json, String place) throws IOException {
        String question = null;
        List<String> choices = List.of();
        Object answer = null;
        json.beginObject();
        while (json.hasNext()) {
            switch (json.nextName()) {
                case "question" -> question = JsonLines.text(json);
                case "choices" -> choices = choices(json);
                case "answer" ->
                    answer = json.peek() == JsonReader.Token.NUMBER ? json.nextInt() : JsonLines.text(json);
                default -> json.skipValue();
            }
        }
        json.endObject();
        if (question == null) {
            throw new JsonDataException("there is no \"question\"");
        }
        if (choices.size() < 2) {
            throw new JsonDataException("there should be at least two \"choices\", not " + choices.size());
        }
        return new Question(place, question, choices, answer(answer, choices));
    }

    private static List<String> choices(JsonReader json) throws IOException {
        List<String> choices = new ArrayList<>();
        json.beginArray();
        while (json.hasNext()) {
            String choice = JsonLines.text(json);
            if (choice.isEmpty()) {
                throw new JsonDataException("choice " + choices.size() + " is empty");
            }
            choices.add(choice);
        }
        json.endArray();
        return choices;
    }

    private static int answer(@Nullable Object answer, List<String> choices) {
        if (answer == null) {
            throw new JsonDataException("there is no \"answer\"");
        }
        int number = answer instanceof Integer given ? given : choices.indexOf(answer);
        if (number < 0 && answer instanceof String letter && letter.length() == 1) {
            number = letter.charAt(0) - 'A';
        }
        if (number < 0 || number >= choices.size()) {
            throw new JsonDataException("the answer " + answer + " is none of the " + choices.size() + " choices");
        }
        return number;
    }
}

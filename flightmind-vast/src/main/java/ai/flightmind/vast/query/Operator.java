package ai.flightmind.vast.query;

import java.util.Optional;

/** How a condition compares. */
public enum Operator {
    EQ("eq", "="),
    NEQ("neq", "!="),
    GT("gt", ">"),
    GTE("gte", ">="),
    LT("lt", "<"),
    LTE("lte", "<="),
    IN("in", " in "),
    NOT_IN("notin", " notin ");

    private final String apiName;
    private final String text;

    Operator(String apiName, String text) {
        this.apiName = apiName;
        this.text = text;
    }

    public String apiName() {
        return apiName;
    }

    boolean takesList() {
        return this == IN || this == NOT_IN;
    }

    /** Between field and value in the command line's language. */
    String text() {
        return text;
    }

    /** By any of the spellings that the command line takes. */
    static Optional<Operator> spelled(String text) {
        return Optional.ofNullable(
                switch (text) {
                    case "=", "==", "eq" -> EQ;
                    case "!=", "neq", "noteq", "not eq" -> NEQ;
                    case ">", "gt" -> GT;
                    case ">=", "gte" -> GTE;
                    case "<", "lt" -> LT;
                    case "<=", "lte" -> LTE;
                    case "in" -> IN;
                    case "notin", "nin", "not in" -> NOT_IN;
                    default -> null;
                });
    }
}

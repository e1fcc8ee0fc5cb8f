package ai.flightmind.vast.query;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The second half of {@code where(FIELD).…(value)}: each kind of field has the comparisons that make sense for it. A
 * comparison returns to the builder; the same comparison of a field again replaces the earlier one.
 */
public abstract sealed class Where {
    private final OfferQuery.Builder builder;
    private final OfferField<?> field;

    private Where(OfferQuery.Builder builder, OfferField<?> field) {
        this.builder = builder;
        this.field = field;
    }

    OfferQuery.Builder add(Operator operator, @Nullable Object value) {
        return builder.put(field.name(), operator, value);
    }

    /** Comparisons of what has no order: texts, in which {@code _} stands for a space, and flags. */
    public static final class Values<V> extends Where {
        private final Function<V, Object> encoding;

        Values(OfferQuery.Builder builder, OfferField<?> field, Function<V, Object> encoding) {
            super(builder, field);
            this.encoding = encoding;
        }

        /** Offers for which the service has no value. */
        public OfferQuery.Builder isNull() {
            return add(Operator.EQ, null);
        }

        /** Equal to this. */
        public OfferQuery.Builder eq(V value) {
            return add(Operator.EQ, QueryValue.literal(encoding.apply(value)));
        }

        /** Not equal to this. */
        public OfferQuery.Builder neq(V value) {
            return add(Operator.NEQ, QueryValue.literal(encoding.apply(value)));
        }

        /** One of these. */
        @SafeVarargs
        @SuppressWarnings("varargs") // the array is only read
        public final OfferQuery.Builder in(V... values) {
            return add(Operator.IN, list(Arrays.asList(values)));
        }

        /** None of these. */
        @SafeVarargs
        @SuppressWarnings("varargs") // the array is only read
        public final OfferQuery.Builder notIn(V... values) {
            return add(Operator.NOT_IN, list(Arrays.asList(values)));
        }

        private List<Object> list(List<V> values) {
            return QueryValue.list(
                    values.stream().map(encoding).map(String::valueOf).toList());
        }
    }

    /** Comparisons of quantities with a type of their own. */
    public static final class Ordered<V> extends Where {
        private final Function<V, Number> encoding;

        Ordered(OfferQuery.Builder builder, OfferField<?> field, Function<V, Number> encoding) {
            super(builder, field);
            this.encoding = encoding;
        }

        private OfferQuery.Builder compare(Operator operator, V value) {
            return add(operator, QueryValue.number(encoding.apply(value)));
        }

        /** Equal to this. */
        public OfferQuery.Builder eq(V value) {
            return compare(Operator.EQ, value);
        }

        /** Not equal to this. */
        public OfferQuery.Builder neq(V value) {
            return compare(Operator.NEQ, value);
        }

        /** Above this. */
        public OfferQuery.Builder gt(V value) {
            return compare(Operator.GT, value);
        }

        /** This or above. */
        public OfferQuery.Builder gte(V value) {
            return compare(Operator.GTE, value);
        }

        /** Below this. */
        public OfferQuery.Builder lt(V value) {
            return compare(Operator.LT, value);
        }

        /** This or below. */
        public OfferQuery.Builder lte(V value) {
            return compare(Operator.LTE, value);
        }
    }

    /** Comparisons of numbers, in the field's unit. Numbers must be finite. */
    public static final class Numbers extends Where {
        Numbers(OfferQuery.Builder builder, OfferField<?> field) {
            super(builder, field);
        }

        /** Offers for which the service has no value. */
        public OfferQuery.Builder isNull() {
            return add(Operator.EQ, null);
        }

        private OfferQuery.Builder compare(Operator operator, double value) {
            return add(operator, QueryValue.number(value));
        }

        /** Equal to this. */
        public OfferQuery.Builder eq(double value) {
            return compare(Operator.EQ, value);
        }

        /** Not equal to this. */
        public OfferQuery.Builder neq(double value) {
            return compare(Operator.NEQ, value);
        }

        /** Above this. */
        public OfferQuery.Builder gt(double value) {
            return compare(Operator.GT, value);
        }

        /** This or above. */
        public OfferQuery.Builder gte(double value) {
            return compare(Operator.GTE, value);
        }

        /** Below this. */
        public OfferQuery.Builder lt(double value) {
            return compare(Operator.LT, value);
        }

        /** This or below. */
        public OfferQuery.Builder lte(double value) {
            return compare(Operator.LTE, value);
        }

        /** One of these. */
        public OfferQuery.Builder in(double... values) {
            return add(
                    Operator.IN, QueryValue.list(DoubleStream.of(values).boxed().toList()));
        }

        /** None of these. */
        public OfferQuery.Builder notIn(double... values) {
            return add(
                    Operator.NOT_IN,
                    QueryValue.list(DoubleStream.of(values).boxed().toList()));
        }
    }

    /** Comparisons of whole numbers: counts and ids. */
    public static final class Counts extends Where {
        Counts(OfferQuery.Builder builder, OfferField<?> field) {
            super(builder, field);
        }

        /** Offers for which the service has no value. */
        public OfferQuery.Builder isNull() {
            return add(Operator.EQ, null);
        }

        /** Equal to this. */
        public OfferQuery.Builder eq(long value) {
            return add(Operator.EQ, value);
        }

        /** Not equal to this. */
        public OfferQuery.Builder neq(long value) {
            return add(Operator.NEQ, value);
        }

        /** Above this. */
        public OfferQuery.Builder gt(long value) {
            return add(Operator.GT, value);
        }

        /** This or above. */
        public OfferQuery.Builder gte(long value) {
            return add(Operator.GTE, value);
        }

        /** Below this. */
        public OfferQuery.Builder lt(long value) {
            return add(Operator.LT, value);
        }

        /** This or below. */
        public OfferQuery.Builder lte(long value) {
            return add(Operator.LTE, value);
        }

        /** One of these. */
        public OfferQuery.Builder in(long... values) {
            return add(
                    Operator.IN, QueryValue.list(LongStream.of(values).boxed().toList()));
        }

        /** None of these. */
        public OfferQuery.Builder notIn(long... values) {
            return add(
                    Operator.NOT_IN,
                    QueryValue.list(LongStream.of(values).boxed().toList()));
        }
    }
}

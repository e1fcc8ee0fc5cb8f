package ai.flightmind.vast.fake.rehearsal;

import ai.flightmind.vast.fake.FakeOffer;
import ai.flightmind.vast.fake.Fate;
import ai.flightmind.vast.query.Condition;
import ai.flightmind.vast.query.OfferQuery;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes an offer that a query finds: a good machine, with what the query asks changed to what it asks. */
final class FittingOffer {
    private static final double DOLLARS_PER_GPU_HOUR = 2;

    private FittingOffer() {}

    /** @param price a factor, so that several offers differ */
    static FakeOffer to(OfferQuery query, long id, double price) {
        Map<String, @Nullable Object> asked = new LinkedHashMap<>();
        query.conditions().forEach(condition -> asked.merge(condition.field(), value(condition), FittingOffer::both));
        int gpus = asked.remove("num_gpus") instanceof Number number ? (int) Math.ceil(number.doubleValue()) : 1;
        Object name = asked.remove("gpu_name");
        double dollars = DOLLARS_PER_GPU_HOUR * gpus * price;
        if (asked.remove("dph_total") instanceof Number most) {
            dollars = Math.min(dollars, most.doubleValue() * price / 2);
        }
        long own = asked.remove("id") instanceof Number number ? number.longValue() : id;
        long machine = asked.remove("machine_id") instanceof Number number ? number.longValue() : own + 50_000;
        FakeOffer offer = new FakeOffer(
                own,
                machine,
                name == null ? "H100 SXM" : name.toString(),
                gpus,
                dollars,
                dollars / 2,
                Fate.RUNS,
                Map.of());
        for (Map.Entry<String, @Nullable Object> field : asked.entrySet()) {
            if (field.getValue() != null) {
                offer = offer.with(field.getKey(), field.getValue());
            }
        }
        return offer;
    }

    /** Null for what a usual machine is anyway. */
    private static @Nullable Object value(Condition condition) {
        Object wanted = condition.value();
        return switch (condition.operator()) {
            case EQ -> wanted;
            case IN -> wanted instanceof List<?> any && !any.isEmpty() ? any.get(0) : null;
            case GT, GTE ->
                wanted instanceof Number least ? Math.max(least.doubleValue() * 1.1, usual(condition)) : null;
            case LT, LTE -> wanted instanceof Number most ? Math.min(most.doubleValue() * 0.9, usual(condition)) : null;
            case NEQ, NOT_IN -> null;
        };
    }

    private static double usual(Condition condition) {
        return FakeOffer.h100(1, 1, DOLLARS_PER_GPU_HOUR).field(condition.field()) instanceof Number number
                ? number.doubleValue()
                : Double.NaN;
    }

    private static @Nullable Object both(@Nullable Object a, @Nullable Object b) {
        return a == null ? b : a;
    }
}

package ai.flightmind.vast.http;

import ai.flightmind.vast.error.AnswerException;
import ai.flightmind.vast.error.BadRequestException;
import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.NoCreditException;
import ai.flightmind.vast.error.NotFoundException;
import ai.flightmind.vast.error.OfferGoneException;
import ai.flightmind.vast.error.RateLimitedException;
import ai.flightmind.vast.error.ServiceDownException;
import ai.flightmind.vast.error.UnauthorizedException;
import ai.flightmind.vast.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells what an answer refuses. The status alone does not: a bad key may come as 404, a refusal with 200, and any part of
 * {@code {"success": false, "error": code, "msg": text}} may be missing.
 */
final class Refusals {
    private static final Set<String> MONEY = Set.of("missing_billing", "spend_rate_limit", "insufficient_credit");
    private static final Set<String> AUTH = Set.of("auth_error", "not_authorized");
    private static final Pattern NO_CREDIT =
            Pattern.compile("(?i)(insufficient|not enough|lacks?|no) (credit|funds|balance)");

    private final Redaction redaction;

    Refusals(Redaction redaction) {
        this.redaction = redaction;
    }

    /** Null if the answer is a yes. */
    @Nullable
    AnswerException of(ApiCall call, Answer answer) {
        Map<?, ?> body = object(answer.body());
        boolean politeNo = Boolean.FALSE.equals(body.get("success"));
        if (answer.succeeded() && !politeNo) {
            return null;
        }
        String code = body.get("error") instanceof String text ? text : null;
        String said = said(body);
        if (said == null) {
            said = code != null ? code : body.isEmpty() ? answer.body() : "no reason given";
        }
        return kind(call.toString(), answer.status(), code, said);
    }

    private AnswerException kind(String call, int status, @Nullable String rawCode, String rawSaid) {
        String code = rawCode == null ? null : redaction.clean(rawCode);
        String said = redaction.clean(rawSaid);
        String lower = rawSaid.toLowerCase(Locale.ROOT);
        String what = call + " was refused: " + (said.isEmpty() ? "no reason given" : said) + " (" + status
                + (code == null || code.equals(said) ? "" : " " + code) + "). ";
        if (status == 401
                || status == 403
                || (rawCode != null && AUTH.contains(rawCode))
                || lower.contains("invalid user key")
                || lower.contains("session expired")) {
            return new UnauthorizedException(
                    what + "Check the API key, and that it is allowed to do this.", status, code);
        }
        if (status == 429 || "rate_limit_exceeded".equals(rawCode) || lower.startsWith("api requests too frequent")) {
            return new RateLimitedException(
                    what + "Wait a few seconds; does another program use this account?", status, code);
        }
        if (names("no_such_ask", rawCode, lower)) {
            return new OfferGoneException(what + "Nothing was rented; take the next offer.", status, code);
        }
        if (status == 402
                || status == 411
                || (rawCode != null && MONEY.contains(rawCode))
                || NO_CREDIT.matcher(rawSaid).find()) {
            return new NoCreditException(what + "Add credit to the account, or rent less.", status, code);
        }
        if (status >= 500 || status == 408) {
            return new ServiceDownException(what + "The service has a problem; try later.", status, code);
        }
        if ("deprecated_endpoint".equals(rawCode)) {
            return new BadRequestException(
                    what + "The service has moved on; a newer version of this library is needed.", status, code);
        }
        if (status == 404 || names("no_such_instance", rawCode, lower) || "not_found".equals(rawCode)) {
            return new NotFoundException(what + "It may have been deleted; list what there is.", status, code);
        }
        if (status >= 300 && status < 400) {
            return new BadRequestException(
                    what + "The address redirects elsewhere; is the base URL right?", status, code);
        }
        return new BadRequestException(what + "Sending it again will not help.", status, code);
    }

    private static boolean names(String wanted, @Nullable String code, String said) {
        return wanted.equals(code) || said.contains(wanted);
    }

    private static @Nullable String said(Map<?, ?> body) {
        for (String key : List.of("msg", "message", "detail")) {
            Object value = body.get(key);
            if (value != null) {
                return value instanceof String text ? text : Json.write(value);
            }
        }
        return null;
    }

    /** Any other body than an object, say a proxy's page, says nothing by field. */
    private static Map<?, ?> object(String body) {
        try {
            return Json.read(body) instanceof Map<?, ?> map ? map : Map.of();
        } catch (DataException notJson) {
            return Map.of();
        }
    }
}

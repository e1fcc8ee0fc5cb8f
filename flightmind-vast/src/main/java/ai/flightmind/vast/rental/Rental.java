package ai.flightmind.vast.rental;

import ai.flightmind.vast.error.AnswerException;
import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.error.RateLimitedException;
import ai.flightmind.vast.error.ServiceDownException;
import ai.flightmind.vast.error.TransportException;
import ai.flightmind.vast.error.UnclearRentalException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.http.Answer;
import ai.flightmind.vast.http.ApiCall;
import ai.flightmind.vast.http.Background;
import ai.flightmind.vast.http.Endpoint;
import ai.flightmind.vast.http.Repeat;
import ai.flightmind.vast.http.Transport;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceSpec;
import ai.flightmind.vast.json.Json;
import ai.flightmind.vast.json.JsonFields;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rents a machine at most once. The request is sent a single time, under a label nobody else has. A clear yes or no is
 * returned as it is; after anything else the account is searched for that label until the answer is known.
 */
final class Rental {
    private static final Logger LOG = LoggerFactory.getLogger(Rental.class);
    private static final Duration LONGEST_AFTER_CANCEL = Duration.ofSeconds(10);

    private final Transport transport;
    private final Background background;
    private final Destruction destruction;
    private final Aftermath aftermath;
    private final Duration settleFor;

    /** @param settleFor how long an unclear rental is looked for */
    Rental(Transport transport, Background background, Duration settleFor) {
        this.transport = transport;
        this.background = background;
        this.destruction = new Destruction(transport);
        this.aftermath = new Aftermath(transport, new Listing(transport, Repeat.SETTLE), destruction);
        this.settleFor = settleFor;
    }

    Instance rent(long offerId, InstanceSpec spec) {
        String label = RentalLabel.unique(spec.label());
        ApiCall call = new ApiCall(
                Endpoint.CREATE, Repeat.NEVER, "PUT", "/api/v0/asks/" + offerId + "/", Map.of(), spec.toBody(label));
        Answer answer;
        try {
            answer = transport.send(call);
        } catch (TransportException e) {
            if (!e.sent()) {
                throw e;
            }
            return settle(label, e);
        } catch (DataException e) {
            return settle(label, e);
        } catch (CancelledException e) {
            if (e.sent()) {
                toTheEnd(label, () -> abandon(label, e));
            }
            throw e;
        }
        return judge(call, answer, label, spec);
    }

    /** Nobody took it. */
    void giveBack(Instance instance) {
        try {
            destruction.destroy(instance.id());
        } catch (VastException e) {
            LOG.error("Instance {} of a cancelled rental could not be destroyed; it bills.", instance, e);
        }
    }

    private Instance judge(ApiCall call, Answer answer, String label, InstanceSpec spec) {
        AnswerException refusal = transport.refusal(call, answer);
        Map<?, ?> body = object(answer.body());
        Long contract = body == null ? null : contract(body);
        if (refusal == null) {
            return contract != null
                    ? Instance.rented(contract, label, spec)
                    : settle(
                            label, new DataException(call + ": the answer names no contract.", "$.new_contract", null));
        }
        if (contract != null) {
            toTheEnd(label, () -> {
                destroyRefused(contract, label, refusal);
                return true;
            });
            throw refusal;
        }
        boolean clear = refusal instanceof RateLimitedException
                || (body != null && !(refusal instanceof ServiceDownException) && !body.containsKey("new_contract"));
        if (clear) {
            throw refusal;
        }
        return settle(label, refusal);
    }

    private Instance settle(String label, VastException cause) {
        LOG.warn("Rental {} is unclear, looking for it: {}", label, cause.getMessage());
        return toTheEnd(label, () -> {
            Instance found = aftermath.find(label, settleFor, cause);
            if (found == null) {
                throw aftermath.nothingRented(cause, label);
            }
            LOG.info("Rental {} is instance {}.", label, found.id());
            return found;
        });
    }

    /** Only closing the client ends it early, and then the rental stays unclear. */
    private <T> T toTheEnd(String label, Supplier<T> work) {
        try {
            return background.uninterrupted(work);
        } catch (CancelledException e) {
            throw new UnclearRentalException(
                    "The client closed before it was known whether a machine was rented; it may bill. Sweep the label "
                            + label + ".",
                    label,
                    List.of(),
                    e);
        }
    }

    /** Nobody is waiting for it any more. */
    private boolean abandon(String label, VastException cause) {
        Duration lookFor = settleFor.compareTo(LONGEST_AFTER_CANCEL) < 0 ? settleFor : LONGEST_AFTER_CANCEL;
        Instance found = aftermath.find(label, lookFor, cause);
        if (found != null) {
            destroyRefused(found.id(), label, cause);
        }
        return found != null;
    }

    private void destroyRefused(long id, String label, VastException cause) {
        aftermath.destroyOrTell(id, label, cause);
        LOG.info("Rental {}, instance {}, is destroyed again: {}", label, id, cause.getMessage());
    }

    private static @Nullable Long contract(Map<?, ?> body) {
        try {
            return JsonFields.of(body, "$").whole("new_contract");
        } catch (DataException unreadable) {
            return null;
        }
    }

    private static @Nullable Map<?, ?> object(String body) {
        try {
            return Json.read(body) instanceof Map<?, ?> map ? map : null;
        } catch (DataException notJson) {
            return null;
        }
    }
}

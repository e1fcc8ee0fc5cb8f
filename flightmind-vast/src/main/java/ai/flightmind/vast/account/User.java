package ai.flightmind.vast.account;

import ai.flightmind.vast.json.JsonFields;
import org.jspecify.annotations.Nullable;

/**
 * The account, without its secrets.
 *
 * @param creditDollars what can be spent; the service's {@code credit}
 * @param balanceDollars what is owed if negative; the service's {@code balance}
 * @param balanceThresholdDollars below which the service warns or charges
 * @param sshKey the account's older single key, if there is one
 */
public record User(
        long id,
        @Nullable String username,
        @Nullable String email,
        @Nullable Double creditDollars,
        @Nullable Double balanceDollars,
        @Nullable Double balanceThresholdDollars,
        @Nullable Boolean balanceThresholdEnabled,
        @Nullable Double totalSpentDollars,
        @Nullable Boolean canPay,
        @Nullable Boolean hasBilling,
        @Nullable String sshKey) {

    static User fromJson(JsonFields json) {
        return new User(
                json.required("id", json.whole("id")),
                json.text("username"),
                json.text("email"),
                json.number("credit"),
                json.number("balance"),
                json.number("balance_threshold"),
                json.flag("balance_threshold_enabled"),
                json.number("total_spent"),
                json.flag("can_pay"),
                json.flag("has_billing"),
                json.text("ssh_key"));
    }

    /** What can be spent: the credit less what is owed. 0 if the service told neither. */
    public double spendableDollars() {
        double credit = creditDollars == null ? 0 : creditDollars;
        return balanceDollars == null ? credit : credit + Math.min(0, balanceDollars);
    }
}

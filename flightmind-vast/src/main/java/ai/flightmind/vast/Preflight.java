package ai.flightmind.vast;

import ai.flightmind.vast.account.Account;
import ai.flightmind.vast.account.PrivateKeyFile;
import ai.flightmind.vast.account.SshKey;
import ai.flightmind.vast.account.SshKeys;
import ai.flightmind.vast.account.User;
import ai.flightmind.vast.cost.CostEstimate;
import ai.flightmind.vast.error.CancelledException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * The checklist before a launch. Each item passes, or says what to do; one that breaks does not keep the others from being
 * checked. Not thread-safe.
 *
 * <pre>{@code
 * Preflight.Report report = vast.preflight()
 *         .funded(540)
 *         .sshKey(Path.of(home, ".ssh", "id_ed25519"))
 *         .check("training data", () -> data.isWellFormed() ? Optional.empty() : Optional.of("Tokenize it first."))
 *         .run();
 * }</pre>
 */
public final class Preflight {
    private final Account account;
    private final SshKeys sshKeys;
    private final Map<String, Supplier<Optional<String>>> checks = new LinkedHashMap<>();

    Preflight(Account account, SshKeys sshKeys) {
        this.account = account;
        this.sshKeys = sshKeys;
    }

    /** That the account can spend so many dollars. */
    public Preflight funded(double dollars) {
        return check(String.format(Locale.ROOT, "account funded for $%.2f", dollars), () -> {
            User user = account.user();
            double missing = dollars - user.spendableDollars();
            return missing <= 0
                    ? Optional.empty()
                    : Optional.of(String.format(
                            Locale.ROOT, "Add $%.2f: the account has $%.2f.", missing, user.spendableDollars()));
        });
    }

    /**
     * That the account can spend what the estimate says, on demand if it has that price, else interruptibly.
     *
     * @throws IllegalArgumentException if the estimate has no price
     */
    public Preflight funded(CostEstimate estimate) {
        OptionalDouble dollars =
                estimate.onDemandDollars().isPresent() ? estimate.onDemandDollars() : estimate.interruptibleDollars();
        return funded(dollars.orElseThrow(
                () -> new IllegalArgumentException("The estimate has no price; give it one per GPU and hour.")));
    }

    /** That the account has the public half of this private key, which may have a passphrase. */
    public Preflight sshKey(Path privateKey) {
        return check("SSH key on the account", () -> {
            String publicKey;
            try {
                publicKey = PrivateKeyFile.publicKey(privateKey);
            } catch (IOException e) {
                return Optional.of("The key " + privateKey + " cannot be read: " + e.getMessage());
            }
            List<SshKey> keys = sshKeys.list();
            return keys.stream().anyMatch(key -> key.sameKey(publicKey))
                    ? Optional.empty()
                    : Optional.of("None of the account's " + keys.size() + " keys belongs to " + privateKey
                            + ". Add its public key with sshKeys().create(...).");
        });
    }

    /**
     * Something this module knows nothing of: data that is there and well-formed, a bucket that answers.
     *
     * @param check empty if all is well, else what to do
     */
    public Preflight check(String item, Supplier<Optional<String>> check) {
        checks.put(item, check);
        return this;
    }

    /** Checks every item, in order. */
    public Report run() {
        List<Item> items = new ArrayList<>();
        checks.forEach((name, check) -> items.add(new Item(name, outcome(check))));
        return new Report(items);
    }

    private static Optional<String> outcome(Supplier<Optional<String>> check) {
        try {
            return check.get();
        } catch (CancelledException e) {
            throw e;
        } catch (RuntimeException e) {
            return Optional.of("Could not be checked: " + e.getMessage());
        }
    }

    /**
     * One line of the checklist.
     *
     * @param todo empty if it passed
     */
    public record Item(String name, Optional<String> todo) {
        public boolean passed() {
            return todo.isEmpty();
        }

        @Override
        public String toString() {
            return (passed() ? "[x] " : "[ ] ")
                    + name
                    + todo.map(what -> ": " + what).orElse("");
        }
    }

    /** The checklist, gone through. Prints as one. */
    public record Report(List<Item> items) {
        public Report {
            items = List.copyOf(items);
        }

        public boolean passed() {
            return items.stream().allMatch(Item::passed);
        }

        @Override
        public String toString() {
            return items.stream().map(Item::toString).collect(Collectors.joining("\n"));
        }
    }
}

package ai.flightmind.vast.run;

import ai.flightmind.vast.account.Account;
import ai.flightmind.vast.http.Timeline;
import ai.flightmind.vast.offer.OfferSearch;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.rental.Instances;
import ai.flightmind.vast.ssh.HostKeys;
import ai.flightmind.vast.ssh.KeySource;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Starts runs, and joins those that were left. Immutable: each {@code with…} gives a new one. Thread-safe. */
public final class Runs {
    private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
    private static final int ID_LETTERS = 8;

    private final Cloud cloud;
    private final Path journals;

    private Runs(Cloud cloud, Path journals) {
        this.cloud = cloud;
        this.journals = journals;
    }

    /** Made by the client. */
    public static Runs of(OfferSearch offers, Instances instances, Account account, Timeline time, String address) {
        Cloud cloud =
                new Cloud(offers, instances, account, time, address, List.of(KeySource.usual()), HostKeys.standard());
        return new Runs(cloud, standardFolder(System.getenv(), Path.of(System.getProperty("user.home", ""))));
    }

    /** The private keys for SSH; default: {@link KeySource#usual}. */
    public Runs withKeys(KeySource... keys) {
        return new Runs(cloud.withKeys(List.of(keys)), journals);
    }

    /** Where host keys are remembered; default: {@link HostKeys#standard}. */
    public Runs withHostKeys(HostKeys hostKeys) {
        return new Runs(cloud.withHostKeys(hostKeys), journals);
    }

    /** Where journals of runs are kept; default: {@code $XDG_STATE_HOME/flightmind/runs}, or below {@code ~/.local/state}. */
    public Runs withJournals(Path folder) {
        return new Runs(cloud, folder);
    }

    /**
     * Starts the run, after a look at what can be checked for nothing: the data, the class path, the results' directory, the
     * SSH key, the bucket, the account's credit.
     *
     * @throws ai.flightmind.vast.error.PlanException that says what is not ready; nothing is rented then
     */
    public TrainingRun start(RunPlan plan) {
        return start(plan, null);
    }

    TrainingRun start(RunPlan plan, @Nullable RehearsalStage stage) {
        Readiness.require(plan, cloud);
        String id = plan.name() + "-" + letters();
        Journal journal = Journal.open(journals, id);
        EventLog events = new EventLog();
        if (stage != null) {
            events.listen(event -> {
                if (event instanceof RunEvent.Step step) {
                    stage.onStep(step.metrics().step());
                }
            });
        }
        History history = History.begin(journal, plan, cloud.now());
        return TrainingRun.start(new RunContext(id, cloud, history, events), journal, stage);
    }

    /**
     * Joins a run that was left, or whose program died: here by its journal, elsewhere by what it has left on its instance.
     * What it has rented is found and taken over, or destroyed; a program that trains is followed, not started again. A run
     * that has ended gives its report at once.
     *
     * @throws IllegalStateException if another program on this machine looks after it
     * @throws ai.flightmind.vast.error.PlanException if there is no such run, here or in the account
     */
    public TrainingRun attach(String id) {
        boolean known = Journal.exists(journals, id);
        Journal journal = Journal.open(journals, id);
        boolean opened = false;
        try {
            if (!known) {
                new Inheritance(cloud, id).take(journal);
            }
            History history = History.read(journal);
            history.plan();
            TrainingRun run = TrainingRun.start(new RunContext(id, cloud, history, new EventLog()), journal, null);
            opened = true;
            return run;
        } finally {
            if (!opened) {
                journal.close();
            }
        }
    }

    /** The ids of the runs that have a journal here, ended ones too. */
    public List<String> known() {
        return Journal.ids(journals);
    }

    static Path standardFolder(Map<String, String> environment, Path home) {
        String xdg = environment.get("XDG_STATE_HOME");
        return (xdg == null || xdg.isBlank() ? home.resolve(".local").resolve("state") : Path.of(xdg))
                .resolve("flightmind")
                .resolve("runs");
    }

    private static String letters() {
        SecureRandom random = new SecureRandom();
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < ID_LETTERS; i++) {
            letters.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
        }
        return letters.toString();
    }
}

package ai.flightmind.vast.run;

import ai.flightmind.vast.error.PlanException;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.ssh.KeySource;
import ai.flightmind.vast.ssh.SshSession;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds a run that was started on another machine: by its label in the account, and the journal on its instance. */
final class Inheritance {
    private static final Logger LOG = LoggerFactory.getLogger(TrainingRun.class);
    private static final Duration START = Duration.ofMinutes(20);

    private final Cloud cloud;
    private final String id;

    Inheritance(Cloud cloud, String id) {
        this.cloud = cloud;
        this.id = id;
    }

    void take(Journal journal) {
        List<Instance> ours = cloud.of(id).find();
        if (ours.isEmpty()) {
            throw new PlanException("There is no run " + id + ": no journal here, and no instance in the account.");
        }
        for (Instance instance : ours) {
            String text = instance.isHalted() ? readHalted(instance.id()) : instance.isRunning() ? read(instance) : "";
            if (!text.isBlank()) {
                journal.adopt(text);
                return;
            }
        }
        throw new PlanException("Run " + id + " has " + ours.size()
                + " instance(s), none of which can tell of it. Destroy what bills with vast.orphans().named(\"" + id
                + "\").destroy().");
    }

    /** By its watchdog, or to keep what is on it; only while it runs can it tell. */
    private String readHalted(long instanceId) {
        LOG.warn("Instance {} of run {} is stopped. It is started again, for what is on it.", instanceId, id);
        String text = "";
        cloud.instances().start(instanceId);
        try {
            text = read(cloud.instances().awaitRunning(instanceId, START));
        } finally {
            if (text.isBlank()) {
                cloud.instances().stop(instanceId); // as it was found: its GPUs bill
            }
        }
        return text;
    }

    private String read(Instance instance) {
        try (SshSession ssh = SshSession.builder()
                .address(() -> cloud.instances().get(instance.id()).sshAddress())
                .instance("C." + instance.id())
                .keys(cloud.keys().toArray(KeySource[]::new))
                .hostKeys(cloud.hostKeys())
                .connect()) {
            return ssh.run("cat " + Machine.JOURNAL + " 2>/dev/null || :")
                    .orThrow()
                    .stdout();
        }
    }
}

package ai.flightmind.vast.run;

import ai.flightmind.vast.error.PlanException;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.ssh.KeySource;
import ai.flightmind.vast.ssh.SshSession;
import java.util.List;

/** Finds a run that was started on another machine: by its label in the account, and the journal on its instance. */
final class Inheritance {
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
            if (instance.isRunning() && instance.sshAddress() != null) {
                String text = read(instance);
                if (!text.isBlank()) {
                    journal.adopt(text);
                    return;
                }
            }
        }
        throw new PlanException("Run " + id + " has " + ours.size()
                + " instance(s), none of which can tell of it. Destroy what bills with vast.orphans().named(\"" + id
                + "\").destroy().");
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

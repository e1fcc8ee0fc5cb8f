package ai.flightmind.vast.run;

import ai.flightmind.vast.bucket.BucketCheck;
import ai.flightmind.vast.error.CancelledException;
import ai.flightmind.vast.error.PlanException;
import ai.flightmind.vast.error.VastException;
import ai.flightmind.vast.plan.DataFiles;
import ai.flightmind.vast.plan.RunPlan;
import ai.flightmind.vast.ssh.KeySource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** Whatever can be found out before money is spent. */
final class Readiness {
    private Readiness() {}

    static void require(RunPlan plan, Cloud cloud) {
        List<String> problems = new ArrayList<>();
        for (DataFiles files : plan.data()) {
            if (!Files.isReadable(files.local()) || isEmptyFolder(files.local())) {
                problems.add("There is no data in " + files.local() + ".");
            }
        }
        for (Path entry : plan.classPath()) {
            if (!Files.isReadable(entry)) {
                problems.add("The class path's " + entry + " is not there.");
            }
        }
        results(plan.results(), problems);
        if (cloud.keys().stream().noneMatch(KeySource::hasKey)) {
            problems.add("There is no SSH key to log in with: " + cloud.keys()
                    + ". Make one with ssh-keygen, and add its public half to the account.");
        }
        plan.backup().ifPresent(bucket -> {
            BucketCheck check = bucket.check();
            if (!check.passed()) {
                problems.add("The bucket is not ready: " + check);
            }
        });
        credit(plan, cloud, problems);
        if (!problems.isEmpty()) {
            throw new PlanException("The run was not started, and nothing rented. " + String.join(" ", problems));
        }
    }

    /** A directory of ours alone, since names repeat from run to run. */
    private static void results(Path results, List<String> problems) {
        try {
            Files.createDirectories(results);
            try (Stream<Path> files = Files.list(results)) {
                files.filter(file -> file.getFileName().toString().endsWith(".pt"))
                        .findFirst()
                        .ifPresent(file -> problems.add("The results' directory holds " + file.getFileName()
                                + " of an earlier run, which this one might replace: take another directory."));
            }
            Files.delete(Files.createTempFile(results, "writable", ".part"));
        } catch (IOException e) {
            problems.add("The results cannot be written to " + results + ": " + e.getMessage() + ".");
        }
    }

    private static void credit(RunPlan plan, Cloud cloud, List<String> problems) {
        try {
            double credit = cloud.account().user().spendableDollars();
            if (credit <= 0) {
                problems.add(String.format(
                        Locale.ROOT,
                        "The account has $%.2f to spend; add credit (the plan's budget is $%.2f).",
                        credit,
                        plan.budget().dollars()));
            }
        } catch (CancelledException e) {
            throw e;
        } catch (VastException e) {
            if (!RunContext.mayPass(e)) {
                problems.add("The account does not answer to this key: " + e.getMessage());
            }
        }
    }

    private static boolean isEmptyFolder(Path path) {
        if (!Files.isDirectory(path)) {
            return false;
        }
        try (Stream<Path> files = Files.list(path)) {
            return files.findAny().isEmpty();
        } catch (IOException e) {
            return true;
        }
    }
}

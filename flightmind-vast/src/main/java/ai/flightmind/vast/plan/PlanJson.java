package ai.flightmind.vast.plan;

import ai.flightmind.vast.bucket.Bucket;
import ai.flightmind.vast.cost.Workload;
import ai.flightmind.vast.json.JsonFields;
import ai.flightmind.vast.offer.Offer;
import ai.flightmind.vast.provision.MavenArtifact;
import ai.flightmind.vast.query.OfferQuery;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A plan as JSON, so that another program can go on with the run. Of a bucket it holds the address; the key is found
 * anew.
 */
public final class PlanJson {
    private PlanJson() {}

    public static Map<String, @Nullable Object> write(RunPlan plan) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("name", plan.name());
        map.put("query", plan.query().map(OfferQuery::toString).orElse(null));
        map.put("offers", plan.offers().stream().map(Offer::json).toList());
        map.put(
                "bid",
                plan.bidDollarsPerHour().isPresent() ? plan.bidDollarsPerHour().getAsDouble() : null);
        Workload work = plan.workload();
        map.put("parameters", work.parameters());
        map.put("tokens", work.tokens());
        map.put("download_gb", work.downloadGb());
        map.put("upload_gb", work.uploadGb());
        map.put("image", plan.image());
        map.put("disk_gb", plan.diskGb());
        map.put(
                "data",
                plan.data().stream()
                        .map(files -> List.of(files.local().toString(), files.remote()))
                        .toList());
        map.put("main_class", plan.program().mainClass());
        map.put("arguments", plan.program().arguments());
        map.put("class_path", plan.classPath().stream().map(Path::toString).toList());
        map.put("natives", plan.natives().stream().map(PlanJson::artifact).toList());
        map.put("jvm_options", plan.jvmOptions());
        map.put("environment", plan.environment());
        map.put("launcher", plan.launcher());
        map.put("resume_arguments", plan.resumeArguments());
        map.put("dry_run_arguments", plan.dryRunArguments());
        map.put("checkpoint_folder", plan.checkpointFolder());
        map.put("processes", (long) plan.processesPerNode().count());
        map.put(
                "dry_run_steps",
                plan.dryRun().map(dry -> (Object) (long) dry.steps()).orElse(null));
        map.put(
                "dry_run_share",
                plan.dryRun().map(dry -> (Object) dry.shareOfEstimate()).orElse(null));
        map.put("budget", plan.budget().dollars());
        map.put("deadline", plan.deadline().toString());
        map.put("results", plan.results().toString());
        map.put("backup", plan.backup().map(PlanJson::bucket).orElse(null));
        map.put("rent_again", (long) plan.onInterruption().rentAgain());
        map.put("end_when_idle", plan.endsWhenIdle());
        Patience patience = plan.patience();
        map.put(
                "patience",
                List.of(
                        patience.poll().toString(),
                        patience.boot().toString(),
                        patience.outOfReach().toString(),
                        patience.idle().toString(),
                        patience.stopGrace().toString(),
                        patience.collect().toString(),
                        Integer.toString(patience.machines())));
        return map;
    }

    /**
     * The plan again.
     *
     * @throws ai.flightmind.vast.error.DataException if something is missing
     * @throws ai.flightmind.vast.error.BucketException if there is a bucket, and no key for it here
     */
    public static RunPlan read(Map<String, @Nullable Object> map) {
        JsonFields json = JsonFields.of(map, "$.plan");
        String query = json.text("query");
        RunPlan.Builder plan = RunPlan.builder()
                .name(text(json, "name"))
                .workload(Workload.builder()
                        .parameters(json.required("parameters", json.whole("parameters")))
                        .tokens(json.required("tokens", json.whole("tokens")))
                        .diskGb(number(json, "disk_gb"))
                        .downloadGb(number(json, "download_gb"))
                        .uploadGb(number(json, "upload_gb"))
                        .build())
                .image(text(json, "image"))
                .diskGb(number(json, "disk_gb"))
                .classPath(json.texts("class_path").stream().map(Path::of).toList())
                .natives(
                        json.objects("natives").stream().map(PlanJson::artifact).toArray(MavenArtifact[]::new))
                .jvmOptions(json.texts("jvm_options").toArray(String[]::new))
                .launcher(text(json, "launcher"))
                .resumeArguments(json.texts("resume_arguments").toArray(String[]::new))
                .dryRunArguments(json.texts("dry_run_arguments").toArray(String[]::new))
                .checkpointFolder(text(json, "checkpoint_folder"))
                .processesPerNode(json.required("processes", json.count("processes")))
                .budget(Budget.dollars(number(json, "budget")))
                .deadline(Duration.parse(text(json, "deadline")))
                .results(Path.of(text(json, "results")))
                .onInterruption(new Interruptions(json.required("rent_again", json.count("rent_again"))))
                .endWhenIdle(Boolean.TRUE.equals(json.flag("end_when_idle")))
                .patience(patience(json.texts("patience")));
        if (query != null) {
            plan.offers(OfferQuery.parse(query));
        } else {
            plan.offers(json.objects("offers").stream()
                    .map(offer -> Offer.fromJson(offer.asMap()))
                    .toList());
        }
        String main = text(json, "main_class");
        String[] arguments = json.texts("arguments").toArray(String[]::new);
        if (main.isEmpty()) {
            plan.command(arguments);
        } else {
            plan.program(main, arguments);
        }
        for (Object pair : json.list("data")) {
            List<?> names = (List<?>) pair;
            if (names != null) {
                plan.data(Path.of(String.valueOf(names.get(0))), String.valueOf(names.get(1)));
            }
        }
        JsonFields environment = json.object("environment");
        if (environment != null) {
            environment.asMap().forEach((name, value) -> plan.environment(name, String.valueOf(value)));
        }
        Double bid = json.number("bid");
        if (bid != null) {
            plan.bidDollarsPerHour(bid);
        }
        Integer steps = json.count("dry_run_steps");
        if (steps != null) {
            plan.dryRun(
                    DryRun.steps(steps), DryRun.expectTokensPerSecond(DryRun.atLeast(number(json, "dry_run_share"))));
        }
        JsonFields backup = json.object("backup");
        if (backup != null) {
            plan.backup(Bucket.builder()
                    .endpoint(text(backup, "endpoint"))
                    .bucket(text(backup, "bucket"))
                    .prefix(text(backup, "prefix"))
                    .region(text(backup, "region"))
                    .pathStyle(!Boolean.FALSE.equals(backup.flag("path_style")))
                    .build());
        }
        return plan.build();
    }

    private static Patience patience(List<String> texts) {
        return new Patience(
                Duration.parse(texts.get(0)),
                Duration.parse(texts.get(1)),
                Duration.parse(texts.get(2)),
                Duration.parse(texts.get(3)),
                Duration.parse(texts.get(4)),
                Duration.parse(texts.get(5)),
                Integer.parseInt(texts.get(6)));
    }

    private static Map<String, @Nullable Object> bucket(Bucket bucket) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("endpoint", bucket.address().endpoint().toString());
        map.put("bucket", bucket.address().bucket());
        map.put("region", bucket.address().region());
        map.put("path_style", bucket.address().pathStyle());
        map.put("prefix", bucket.prefix());
        return map;
    }

    private static Map<String, @Nullable Object> artifact(MavenArtifact artifact) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        map.put("group", artifact.group());
        map.put("artifact", artifact.artifact());
        map.put("version", artifact.version());
        map.put("classifier", artifact.classifier());
        map.put("sha256", artifact.sha256());
        return map;
    }

    private static MavenArtifact artifact(JsonFields json) {
        return new MavenArtifact(
                text(json, "group"),
                text(json, "artifact"),
                text(json, "version"),
                text(json, "classifier"),
                json.text("sha256"));
    }

    private static String text(JsonFields json, String name) {
        return json.required(name, json.text(name));
    }

    private static double number(JsonFields json, String name) {
        return json.required(name, json.number(name));
    }
}

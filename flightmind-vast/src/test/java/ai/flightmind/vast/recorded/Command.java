package ai.flightmind.vast.recorded;

import ai.flightmind.vast.VastClient;
import ai.flightmind.vast.account.Billing.ChargeType;
import ai.flightmind.vast.instance.Access;
import ai.flightmind.vast.instance.Instance;
import ai.flightmind.vast.instance.InstanceFilter;
import ai.flightmind.vast.instance.InstanceSpec;
import ai.flightmind.vast.instance.InstanceStatus;
import ai.flightmind.vast.instance.LogRequest;
import ai.flightmind.vast.instance.SshAddress;
import ai.flightmind.vast.instance.VolumeMount;
import ai.flightmind.vast.json.Json;
import ai.flightmind.vast.query.OfferQuery;
import ai.flightmind.vast.storage.Copies.Direction;
import ai.flightmind.vast.storage.Copies.Place;
import ai.flightmind.vast.storage.VolumeQuery;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Does with our API what the command line was told to. Gives what the command prints, where that is compared. */
final class Command {
    private static final List<String> FLAGS = List.of(
            "--ssh",
            "--direct",
            "--jupyter",
            "--jupyter-lab",
            "--force",
            "--cancel-unavail",
            "--lang-utf8",
            "--python-utf8",
            "--raw",
            "-q",
            "-y",
            "--daemon-logs",
            "--invoices",
            "--charges",
            "--latest-first");
    private static final List<String> TABLE = List.of(
            "id",
            "actual_status",
            "label",
            "num_gpus",
            "gpu_name",
            "gpu_util",
            "disk_space",
            "disk_usage",
            "disk_util",
            "volume_info",
            "dph_total",
            "image_uuid",
            "start_date",
            "verification");

    private final VastClient vast;
    private final RecordedCase recorded;
    private final Arguments args;

    Command(VastClient vast, RecordedCase recorded) {
        this.vast = vast;
        this.recorded = recorded;
        this.args = new Arguments(recorded.args(), FLAGS);
    }

    String run() {
        String verb = args.plain(0);
        if (verb.equals("search") && List.of("offers", "instances").contains(args.plain(1))) {
            vast.offers().search(query());
            return "";
        }
        if (verb.endsWith("-url")) {
            return address(verb);
        }
        switch (verb) {
            case "logs" -> {
                return vast.instances().logs(id(1), logs());
            }
            case "execute" -> {
                return vast.instances().execute(id(1), args.plain(2));
            }
            case "copy" -> vast.copies().copy(place(args.plain(1)), place(args.plain(2)));
            default -> change(verb + " " + args.plain(1));
        }
        return "";
    }

    private void change(String command) {
        switch (command) {
            case "create instance" -> vast.instances().create(id(2), spec());
            case "start instance" -> vast.instances().start(id(2));
            case "stop instance" -> vast.instances().stop(id(2));
            case "start instances" -> vast.instances().startAll(args.ids(2));
            case "stop instances" -> vast.instances().stopAll(args.ids(2));
            case "destroy instance" -> vast.instances().destroy(id(2));
            case "destroy instances" -> vast.instances().destroyAll(args.ids(2));
            case "reboot instance" -> vast.instances().reboot(id(2));
            case "recycle instance" -> vast.instances().recycle(id(2));
            case "label instance" -> vast.instances().label(id(2), args.plain(3));
            case "prepay instance" -> vast.instances().prepay(id(2), Double.parseDouble(args.plain(3)));
            case "change bid" -> bid();
            case "update instance" ->
                vast.instances().updateFromTemplate(id(2), option("--template_hash_id"), env(option("--env")));
            case "show instances" -> list();
            case "show instance" -> vast.instances().get(id(2));
            case "show deposit" -> vast.instances().deposit(id(2));
            case "take snapshot" ->
                vast.copies()
                        .snapshot(
                                id(2),
                                "docker.io",
                                option("--repo"),
                                option("--docker_login_user"),
                                option("--docker_login_pass"),
                                true);
            case "cancel copy" -> vast.copies().cancel(args.plain(2));
            case "cloud copy" ->
                vast.copies()
                        .cloud(
                                Long.parseLong(option("--instance")),
                                option("--connection"),
                                Direction.TO_CLOUD,
                                option("--src"),
                                option("--dst"),
                                List.of("--dry-run"));
            default -> account(command);
        }
    }

    private void account(String command) {
        switch (command) {
            case "show user" -> vast.account().user();
            case "show env-vars" -> vast.account().environment();
            case "create env-var" -> vast.account().createVariable(args.plain(2), args.plain(3));
            case "update env-var" -> vast.account().updateVariable(args.plain(2), args.plain(3));
            case "delete env-var" -> vast.account().deleteVariable(args.plain(2));
            case "show connections" -> vast.account().cloudConnections();
            case "create ssh-key" -> vast.sshKeys().create(args.plain(2));
            case "show ssh-keys" -> vast.sshKeys().list();
            case "delete ssh-key" -> vast.sshKeys().delete(id(2));
            case "update ssh-key" -> vast.sshKeys().update(id(2), args.plain(3));
            case "attach ssh" -> vast.sshKeys().attach(id(2), fileOr(args.plain(3)));
            case "detach ssh" -> vast.sshKeys().detach(id(2), Long.parseLong(args.plain(3)));
            case "search templates" -> vast.templates().search(templateFields());
            case "search volumes" ->
                vast.volumes()
                        .search(VolumeQuery.any()
                                .diskGbAtLeast(100)
                                .reliabilityAbove(0.9)
                                .limit(Integer.parseInt(option("--limit"))));
            case "show volumes" -> vast.volumes().list();
            case "create volume" -> vast.volumes().create(id(2), Integer.parseInt(option("-s")), args.one("-n"));
            case "delete volume" -> vast.volumes().delete(id(2));
            case "show invoices-v1" -> billing();
            default -> throw new AssertionError("No such command here: " + command);
        }
    }

    /** The query's words first, as the command joins them, then the options with their values in quotes. */
    private OfferQuery query() {
        StringJoiner words = new StringJoiner(" ");
        StringJoiner options = new StringJoiner(" ");
        List<String> rest = recorded.args().subList(2, recorded.args().size());
        for (int i = 0; i < rest.size(); i++) {
            String word = rest.get(i);
            if (List.of("-t", "--type", "-o", "--limit", "--storage").contains(word)) {
                options.add(word + " '" + rest.get(++i) + "'");
            } else if (!word.equals("--raw")) {
                (word.startsWith("-") ? options : words).add(word);
            }
        }
        return OfferQuery.parse(words + " " + options);
    }

    private InstanceSpec spec() {
        InstanceSpec.Builder spec = InstanceSpec.builder();
        text("--image", spec::image);
        text("--template_hash", spec::template);
        text("--disk", disk -> spec.diskGb(Double.parseDouble(disk)));
        text("--bid_price", bid -> spec.bidDollarsPerHour(Double.parseDouble(bid)));
        text("--label", spec::label);
        text("--onstart-cmd", spec::onstart);
        text("--onstart", file -> spec.onstart(fileOr(file)));
        text("--login", spec::imageLogin);
        text("--user", spec::user);
        text("--jupyter-dir", spec::jupyterDirectory);
        text("--env", env -> DockerFlags.give(env, spec));
        Access access = args.has("--direct") ? Access.direct() : Access.proxy();
        if (args.has("--ssh")) {
            spec.ssh(access);
        }
        if (args.has("--jupyter")) {
            spec.jupyter(access);
        }
        if (args.has("--args")) {
            spec.args(args.all("--args"));
        }
        spec.jupyterLab(args.has("--jupyter-lab"))
                .force(args.has("--force"))
                .cancelUnavailable(args.has("--cancel-unavail"))
                .langUtf8(args.has("--lang-utf8"))
                .pythonUtf8(args.has("--python-utf8"));
        String path = args.one("--mount-path", "");
        text("--link-volume", id -> spec.volume(VolumeMount.existing(Long.parseLong(id), path)));
        text(
                "--create-volume",
                id -> spec.volume(VolumeMount.created(Long.parseLong(id), path)
                        .named(option("--volume-label"))
                        .sizeGb(Integer.parseInt(option("--volume-size")))));
        return spec.build();
    }

    private void list() {
        InstanceFilter filter = InstanceFilter.all();
        if (!args.has("--raw")) {
            filter = filter.columns(TABLE);
            if (!args.has("-q")) {
                vast.instances().filterValues();
            }
        }
        if (args.has("--status")) {
            filter = filter.status(
                    args.all("--status").stream().map(InstanceStatus::new).toArray(InstanceStatus[]::new));
        }
        if (args.has("--label")) {
            filter = filter.label(option("--label"));
        }
        if (args.has("--gpu-name")) {
            filter = filter.gpuName(option("--gpu-name"));
        }
        if (args.has("--order-by")) {
            filter = filter.orderBy(option("--order-by").replace(" desc", ""), false);
        }
        vast.instances().list(filter);
    }

    private String address(String verb) {
        for (Instance instance : vast.instances().list()) {
            SshAddress address = instance.sshAddress();
            if (instance.id() == id(1)) {
                return address == null
                        ? "error: ssh port not found"
                        : verb.equals("scp-url") ? address.scpUrl() : address.sshUrl();
            }
        }
        return "error: no instance found with id " + id(1);
    }

    private void bid() {
        if (args.has("--price")) {
            vast.instances().changeBid(id(2), Double.parseDouble(option("--price")));
        } else {
            vast.instances().changeBidToWin(id(2));
        }
    }

    private void billing() {
        Instant from = day("-s");
        Instant to = day("-e");
        if (args.has("--invoices")) {
            vast.billing().invoices(from, to, List.of(option("-it") + "_payments"));
        } else {
            vast.billing()
                    .charges(from, to, true, Integer.parseInt(option("-l")), ChargeType.VOLUME, ChargeType.SERVERLESS);
        }
    }

    private LogRequest logs() {
        LogRequest request = LogRequest.all();
        if (args.has("--tail")) {
            request = request.last(Integer.parseInt(option("--tail")));
        }
        if (args.has("--filter")) {
            request = request.containing(option("--filter"));
        }
        return args.has("--daemon-logs") ? request.ofDaemon() : request;
    }

    private Map<String, Object> templateFields() {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (String term : List.of(args.plain(2).split(" ", -1))) {
            String value = term.substring(term.indexOf('=') + 1);
            fields.put(term.substring(0, term.indexOf('=')), value.equals("true") ? (Object) true : value);
        }
        return fields;
    }

    private static Map<String, String> env(String json) {
        Map<String, String> env = new LinkedHashMap<>();
        ((Map<?, ?>) Objects.requireNonNull(Json.read(json)))
                .forEach((name, value) -> env.put(String.valueOf(name), String.valueOf(value)));
        return env;
    }

    private static Place place(String text) {
        int colon = text.indexOf(':');
        return new Place(text.substring(0, colon), text.substring(colon + 1));
    }

    private Instant day(String option) {
        return LocalDate.parse(option(option)).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private String fileOr(String text) {
        @Nullable String file = recorded.file(text);
        return file == null ? text : file;
    }

    private long id(int index) {
        return Long.parseLong(args.plain(index));
    }

    private String option(String name) {
        return Objects.requireNonNull(args.one(name), name);
    }

    private void text(String option, java.util.function.Consumer<String> setter) {
        String value = args.one(option);
        if (value != null) {
            setter.accept(value);
        }
    }
}

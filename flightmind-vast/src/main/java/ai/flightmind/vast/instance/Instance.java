package ai.flightmind.vast.instance;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.json.JsonFields;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A rented machine as the service told of it at one moment; ask again for news. Fields the service left out are null,
 * fields this class has no name for are in {@link #other()}. Immutable.
 *
 * <p>Id, label and status are checked when the answer is read. Any other field of a wrong type is a {@link DataException} of
 * its own method: it must not keep a machine from being found and destroyed.
 */
public final class Instance {
    private final JsonFields json;
    private final long id;

    private Instance(JsonFields json) {
        this.json = json;
        this.id = json.required("id", json.whole("id"));
        for (String vital : InstanceFields.VITAL) {
            json.text(vital);
        }
    }

    /**
     * Reads one row of an answer.
     *
     * @throws DataException if the id is missing, or id, label or a status is of a wrong type
     */
    public static Instance fromJson(JsonFields json) {
        return new Instance(json);
    }

    /** Just rented: all that is known is what was asked for. */
    public static Instance rented(long id, String label, InstanceSpec spec) {
        Map<String, @Nullable Object> known = new LinkedHashMap<>();
        known.put("id", id);
        known.put("label", label);
        known.put("image_uuid", spec.image());
        known.put("disk_space", spec.diskGb());
        known.put("is_bid", spec.bidDollarsPerHour() != null);
        return new Instance(JsonFields.of(known, "$"));
    }

    /** What the calls on this instance want. */
    public long id() {
        return id;
    }

    /** What the container is; null while the machine is being prepared. */
    public @Nullable InstanceStatus status() {
        return status("actual_status");
    }

    /** What the contract is. */
    public @Nullable InstanceStatus currentState() {
        return status("cur_state");
    }

    /** What the contract will be. */
    public @Nullable InstanceStatus nextState() {
        return status("next_state");
    }

    /** What was asked for. */
    public @Nullable InstanceStatus intendedStatus() {
        return status("intended_status");
    }

    public boolean isRunning() {
        return InstanceStatus.RUNNING.equals(status());
    }

    /**
     * Stopped by contract: outbid, out of credit, expired, or told to stop. Its disk is billed until it is destroyed; a
     * bid that wins again resumes it.
     */
    public boolean isHalted() {
        return InstanceStatus.STOPPED.equals(currentState())
                && InstanceStatus.STOPPED.equals(nextState())
                && InstanceStatus.STOPPED.equals(intendedStatus());
    }

    /** Where SSH reaches it; null while there is no address. */
    public @Nullable SshAddress sshAddress() {
        return SshAddress.of(this);
    }

    /** Ports inside, as {@code 22/tcp}, to ports of {@link #publicIpAddress()}; empty until it runs. */
    public Map<String, Integer> ports() {
        return PortMappings.of(json);
    }

    /** Variables and docker flags given at the rental. */
    public Map<String, String> env() {
        return pairs(json);
    }

    public List<String> imageArgs() {
        return args(json);
    }

    /** Volumes, as the service describes them. */
    public List<@Nullable Object> volumes() {
        return json.list("volume_info");
    }

    /** Opens its Jupyter: a secret. */
    public @Nullable String jupyterToken() {
        return json.text("jupyter_token");
    }

    /** The machine; two offers may be one machine. */
    public @Nullable Long machineId() {
        return json.whole("machine_id");
    }

    /** Its owner. */
    public @Nullable Long hostId() {
        return json.whole("host_id");
    }

    /** The label given at the rental, ours with its unique end. */
    public @Nullable String label() {
        return json.text("label");
    }

    /** Free text of the host, as {@code success, running image}. */
    public @Nullable String statusMessage() {
        return json.text("status_msg");
    }

    /** The image. */
    public @Nullable String image() {
        return json.text("image_uuid");
    }

    /** How it was started, as {@code ssh ssh_direc ssh_proxy}. */
    public @Nullable String imageRuntype() {
        return json.text("image_runtype");
    }

    /** The start script. */
    public @Nullable String onstart() {
        return json.text("onstart");
    }

    /** The template it was made from. */
    public @Nullable Long templateId() {
        return json.whole("template_id");
    }

    /** The template's hash. */
    public @Nullable String templateHash() {
        return json.text("template_hash_id");
    }

    /** The template's name. */
    public @Nullable String templateName() {
        return json.text("template_name");
    }

    /** GPUs. */
    public @Nullable Integer gpuCount() {
        return json.count("num_gpus");
    }

    /** As {@code H100 SXM}. */
    public @Nullable String gpuName() {
        return json.text("gpu_name");
    }

    /** Memory of one GPU, in MB. */
    public @Nullable Double gpuRamMb() {
        return json.number("gpu_ram");
    }

    /** Memory of all GPUs, in MB. */
    public @Nullable Double gpuTotalRamMb() {
        return json.number("gpu_totalram");
    }

    /** Share of the machine's GPUs, 0 to 1. */
    public @Nullable Double gpuFraction() {
        return json.number("gpu_frac");
    }

    /** Now, in percent. */
    public @Nullable Double gpuUtilizationPercent() {
        return json.number("gpu_util");
    }

    /** Now, in °C. */
    public @Nullable Double gpuTemperatureCelsius() {
        return json.number("gpu_temp");
    }

    /** As {@code nvidia}. */
    public @Nullable String gpuArchitecture() {
        return json.text("gpu_arch");
    }

    /** Times 100, as 900 for 9.0. */
    public @Nullable Integer computeCapability() {
        return json.count("compute_cap");
    }

    /** The newest CUDA its driver runs. */
    public @Nullable Double cudaMax() {
        return json.number("cuda_max_good");
    }

    /** As {@code 550.54.15}. */
    public @Nullable String driverVersion() {
        return json.text("driver_version");
    }

    /** Bandwidth of NVLink, in GB/s. */
    public @Nullable Double nvlinkGbPerSecond() {
        return json.number("bw_nvlink");
    }

    /** Bandwidth of PCIe, in GB/s. */
    public @Nullable Double pcieGbPerSecond() {
        return json.number("pcie_bw");
    }

    /** Of all GPUs, in TFLOPS. */
    public @Nullable Double totalTflops() {
        return json.number("total_flops");
    }

    /** The service's own score. */
    public @Nullable Double dlperf() {
        return json.number("dlperf");
    }

    /** The processor. */
    public @Nullable String cpuName() {
        return json.text("cpu_name");
    }

    /** Cores of the machine. */
    public @Nullable Integer cpuCores() {
        return json.count("cpu_cores");
    }

    /** Cores for this instance. */
    public @Nullable Double cpuCoresEffective() {
        return json.number("cpu_cores_effective");
    }

    /** Memory of the machine, in MB. */
    public @Nullable Double cpuRamMb() {
        return json.number("cpu_ram");
    }

    /** Now. */
    public @Nullable Double cpuUtilization() {
        return json.number("cpu_util");
    }

    /** Now, in GB. */
    public @Nullable Double memoryUsedGb() {
        return json.number("mem_usage");
    }

    /** In GB. */
    public @Nullable Double memoryLimitGb() {
        return json.number("mem_limit");
    }

    /** Now, in GB. */
    public @Nullable Double virtualMemoryUsedGb() {
        return json.number("vmem_usage");
    }

    /** Rented, in GB. */
    public @Nullable Double diskGb() {
        return json.number("disk_space");
    }

    /** Used, in GB; −1 if not known. */
    public @Nullable Double diskUsedGb() {
        return json.number("disk_usage");
    }

    /** Used share; −1 if not known. */
    public @Nullable Double diskUtilization() {
        return json.number("disk_util");
    }

    /** In MB/s. */
    public @Nullable Double diskMbPerSecond() {
        return json.number("disk_bw");
    }

    /** Upload, in Mbit/s. */
    public @Nullable Double inetUpMbps() {
        return json.number("inet_up");
    }

    /** Download, in Mbit/s. */
    public @Nullable Double inetDownMbps() {
        return json.number("inet_down");
    }

    /** Price of upload. */
    public @Nullable Double inetUpDollarsPerGb() {
        return json.number("inet_up_cost");
    }

    /** Price of download. */
    public @Nullable Double inetDownDollarsPerGb() {
        return json.number("inet_down_cost");
    }

    /** Without disk. */
    public @Nullable Double gpuDollarsPerHour() {
        return json.number("dph_base");
    }

    /** With disk, while it runs. */
    public @Nullable Double dollarsPerHour() {
        return json.number("dph_total");
    }

    /** Billed while it is stopped, too. */
    public @Nullable Double storageDollarsPerGbMonth() {
        return json.number("storage_cost");
    }

    /** Billed while it is stopped, too. */
    public @Nullable Double storageDollarsPerHour() {
        return json.number("storage_total_cost");
    }

    /** The lowest bid that wins. */
    public @Nullable Double minBidDollarsPerHour() {
        return json.number("min_bid");
    }

    /** Whether it can be outbid. */
    public @Nullable Boolean bid() {
        return json.flag("is_bid");
    }

    /** Deposit on this instance. */
    public @Nullable Double creditBalanceDollars() {
        return json.number("credit_balance");
    }

    /** Discount for a deposit, 0 to 1. */
    public @Nullable Double creditDiscount() {
        return json.number("credit_discount");
    }

    /** 0 to 1. */
    public @Nullable Double reliability() {
        return json.number("reliability2");
    }

    /** As {@code verified}. */
    public @Nullable String verification() {
        return json.text("verification");
    }

    /** As {@code Taiwan, TW}. */
    public @Nullable String geolocation() {
        return json.text("geolocation");
    }

    /** Two letters. */
    public @Nullable String countryCode() {
        return json.text("country_code");
    }

    /** 1 is a data centre. */
    public @Nullable Integer hostingType() {
        return json.count("hosting_type");
    }

    /** Whether the address stays. */
    public @Nullable Boolean staticIp() {
        return json.flag("static_ip");
    }

    /** The host's address. */
    public @Nullable String publicIpAddress() {
        return json.text("public_ipaddr");
    }

    /** Separated by blanks. */
    public @Nullable String localIpAddresses() {
        return json.text("local_ipaddrs");
    }

    /** The proxy; see {@link #sshAddress()}. */
    public @Nullable String sshHost() {
        return json.text("ssh_host");
    }

    /** The proxy's first port; see {@link #sshAddress()}. */
    public @Nullable Integer sshPort() {
        return json.count("ssh_port");
    }

    /** The proxy's number. */
    public @Nullable String sshIndex() {
        return json.text("ssh_idx");
    }

    /** The machine's own. */
    public @Nullable Integer machineSshPort() {
        return json.count("machine_dir_ssh_port");
    }

    /** −1 for none. */
    public @Nullable Integer directPortStart() {
        return json.count("direct_port_start");
    }

    /** −1 for none. */
    public @Nullable Integer directPortEnd() {
        return json.count("direct_port_end");
    }

    /** Ports it may open. */
    public @Nullable Integer directPortCount() {
        return json.count("direct_port_count");
    }

    /** When the rental began. */
    public @Nullable Instant startedAt() {
        return json.instant("start_date");
    }

    /** When the host ends it at the latest. */
    public @Nullable Instant endsAt() {
        return json.instant("end_date");
    }

    /** Free text. */
    public @Nullable String timeRemaining() {
        return json.text("time_remaining");
    }

    /** Of the container, in minutes. */
    public @Nullable Double uptimeMinutes() {
        return json.number("uptime_mins");
    }

    /** As the service counts it. */
    public @Nullable Double clientRunTime() {
        return json.number("client_run_time");
    }

    /** As the service counts it. */
    public @Nullable Double hostRunTime() {
        return json.number("host_run_time");
    }

    /** Whether another marketplace offers it. */
    public @Nullable Boolean external() {
        return json.flag("external");
    }

    /** Whether the service tested the machine. */
    public @Nullable Boolean verified() {
        return json.flag("verified");
    }

    /** The mainboard. */
    public @Nullable String mainboard() {
        return json.text("mobo_name");
    }

    /** The host's system. */
    public @Nullable String osVersion() {
        return json.text("os_version");
    }

    /** The disk. */
    public @Nullable String diskName() {
        return json.text("disk_name");
    }

    /** As {@code amd64}. */
    public @Nullable String cpuArchitecture() {
        return json.text("cpu_arch");
    }

    /** What the service sent beyond the fields above, by its names. */
    public Map<String, @Nullable Object> other() {
        Map<String, @Nullable Object> other = new TreeMap<>(json.asMap());
        other.keySet().removeAll(InstanceFields.NAMES);
        return Collections.unmodifiableMap(other);
    }

    /** One line: id, status, GPUs, price, label. No secrets. */
    @Override
    public String toString() {
        StringBuilder line = new StringBuilder("Instance ").append(id);
        line.append(" [").append(status() == null ? "provisioning" : status()).append(']');
        Map<String, @Nullable Object> fields = json.asMap();
        if (fields.get("gpu_name") instanceof String gpu) {
            line.append(' ').append(fields.get("num_gpus")).append("x ").append(gpu);
        }
        if (fields.get("dph_total") instanceof Number price) {
            line.append(String.format(Locale.ROOT, " $%.3f/h", price.doubleValue()));
        }
        if (label() != null) {
            line.append(' ').append(label());
        }
        return line.toString();
    }

    private @Nullable InstanceStatus status(String name) {
        String value = json.text(name);
        return value == null ? null : new InstanceStatus(value);
    }

    private static Map<String, String> pairs(JsonFields json) {
        Map<String, String> env = new LinkedHashMap<>();
        if (json.asMap().get("extra_env") instanceof Map<?, ?> map) {
            map.forEach((key, value) -> env.put(String.valueOf(key), String.valueOf(value)));
            return Collections.unmodifiableMap(env);
        }
        List<@Nullable Object> pairs = json.list("extra_env");
        for (int i = 0; i < pairs.size(); i++) {
            String path = json.path() + ".extra_env[" + i + "]";
            if (!(pairs.get(i) instanceof List<?> pair) || pair.size() != 2) {
                throw new DataException("Expected a pair at " + path + ".", path, null);
            }
            env.put(String.valueOf(pair.get(0)), String.valueOf(pair.get(1)));
        }
        return Collections.unmodifiableMap(env);
    }

    private static List<String> args(JsonFields json) {
        return json.asMap().get("image_args") instanceof String one ? List.of(one) : json.texts("image_args");
    }
}

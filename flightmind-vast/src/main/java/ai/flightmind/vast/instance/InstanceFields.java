package ai.flightmind.vast.instance;

import ai.flightmind.vast.json.JsonFields;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The fields of an instance that have a type, by type: each is checked once, when the answer is read. */
final class InstanceFields {
    private static final List<String> WHOLE = List.of("id", "machine_id", "host_id", "template_id");
    private static final List<String> COUNT = List.of(
            "num_gpus",
            "compute_cap",
            "cpu_cores",
            "hosting_type",
            "ssh_port",
            "machine_dir_ssh_port",
            "direct_port_start",
            "direct_port_end",
            "direct_port_count");
    private static final List<String> TEXT = List.of(
            "label",
            "status_msg",
            "image_uuid",
            "image_runtype",
            "onstart",
            "template_hash_id",
            "template_name",
            "gpu_name",
            "gpu_arch",
            "driver_version",
            "cpu_name",
            "verification",
            "geolocation",
            "country_code",
            "public_ipaddr",
            "local_ipaddrs",
            "ssh_host",
            "ssh_idx",
            "time_remaining",
            "mobo_name",
            "os_version",
            "disk_name",
            "cpu_arch");
    private static final List<String> NUMBER = List.of(
            "gpu_ram",
            "gpu_totalram",
            "gpu_frac",
            "gpu_util",
            "gpu_temp",
            "cuda_max_good",
            "bw_nvlink",
            "pcie_bw",
            "total_flops",
            "dlperf",
            "cpu_cores_effective",
            "cpu_ram",
            "cpu_util",
            "mem_usage",
            "mem_limit",
            "vmem_usage",
            "disk_space",
            "disk_usage",
            "disk_util",
            "disk_bw",
            "inet_up",
            "inet_down",
            "inet_up_cost",
            "inet_down_cost",
            "dph_base",
            "dph_total",
            "storage_cost",
            "storage_total_cost",
            "min_bid",
            "credit_balance",
            "credit_discount",
            "reliability2",
            "uptime_mins",
            "client_run_time",
            "host_run_time");
    private static final List<String> FLAG = List.of("is_bid", "static_ip", "external", "verified");
    private static final List<String> INSTANT = List.of("start_date", "end_date");
    private static final List<String> OTHER = List.of(
            "actual_status",
            "cur_state",
            "next_state",
            "intended_status",
            "image_args",
            "extra_env",
            "ports",
            "volume_info",
            "jupyter_token");

    private InstanceFields() {}

    /** Reads every one, so that a wrong type shows here and not days later. */
    static void check(JsonFields json) {
        WHOLE.forEach(json::whole);
        COUNT.forEach(json::count);
        TEXT.forEach(json::text);
        NUMBER.forEach(json::number);
        FLAG.forEach(json::flag);
        INSTANT.forEach(json::instant);
        for (String status : List.of("actual_status", "cur_state", "next_state", "intended_status", "jupyter_token")) {
            json.text(status);
        }
        json.list("volume_info");
    }

    static Set<String> names() {
        Set<String> names = new HashSet<>();
        List.of(WHOLE, COUNT, TEXT, NUMBER, FLAG, INSTANT, OTHER).forEach(names::addAll);
        return names;
    }
}

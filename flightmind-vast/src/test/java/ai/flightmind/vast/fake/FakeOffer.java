package ai.flightmind.vast.fake;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An offer of the fake marketplace.
 *
 * @param dollarsPerHour on demand, without disk
 * @param minBid the lowest bid that wins
 * @param more fields of the row, over the usual ones
 */
public record FakeOffer(
        long id,
        long machineId,
        String gpuName,
        int gpus,
        double dollarsPerHour,
        double minBid,
        Fate fate,
        Map<String, @Nullable Object> more) {

    private static final String SSH_PORT = "of the fake: ssh port";

    /** A good machine with so many H100. */
    public static FakeOffer h100(long id, int gpus, double dollarsPerHour) {
        return new FakeOffer(
                id, id + 50_000, "H100 SXM", gpus, dollarsPerHour, dollarsPerHour / 2, Fate.RUNS, Map.of());
    }

    public FakeOffer fate(Fate fate) {
        return new FakeOffer(id, machineId, gpuName, gpus, dollarsPerHour, minBid, fate, more);
    }

    public FakeOffer with(String field, @Nullable Object value) {
        Map<String, @Nullable Object> fields = new LinkedHashMap<>(more);
        fields.put(field, value);
        return new FakeOffer(id, machineId, gpuName, gpus, dollarsPerHour, minBid, fate, fields);
    }

    /** Its instances are reached there by SSH, once they run. */
    public FakeOffer sshAt(String host, int port) {
        return with("public_ipaddr", host).with(SSH_PORT, port);
    }

    /** Of each GPU, as the driver counts it. */
    public long gpuRamMb() {
        return more.get("gpu_ram") instanceof Number mb ? mb.longValue() : 81_559;
    }

    static double diskPerHour(double gb) {
        return gb * 0.15 / 30 / 24;
    }

    /** What its row says of a field. */
    public @Nullable Object field(String name) {
        return row(0).get(name);
    }

    String sshPort() {
        Object port = more.get(SSH_PORT);
        return port == null ? "40123" : port.toString();
    }

    Map<String, @Nullable Object> row(double storageGb) {
        double storageHourly = diskPerHour(storageGb);
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("id", id);
        row.put("ask_contract_id", id);
        row.put("machine_id", machineId);
        row.put("host_id", machineId + 7);
        row.put("hosting_type", 1);
        row.put("gpu_name", gpuName);
        row.put("num_gpus", gpus);
        row.put("gpu_ram", gpuRamMb());
        row.put("gpu_total_ram", gpuRamMb() * gpus);
        row.put("gpu_frac", 1.0);
        row.put("gpu_arch", "nvidia");
        row.put("compute_cap", 900);
        row.put("total_flops", 53.5 * gpus);
        row.put("cuda_max_good", 13.1);
        row.put("driver_version", "580.65.06");
        row.put("bw_nvlink", 897.5);
        row.put("pcie_bw", 52.3);
        row.put("cpu_name", "Xeon Platinum 8480");
        row.put("cpu_cores", 224);
        row.put("cpu_cores_effective", 112.0);
        row.put("cpu_ram", 2_063_000);
        row.put("disk_space", 3500.0);
        row.put("disk_bw", 5400.0);
        row.put("inet_up", 4200.0);
        row.put("inet_down", 5100.0);
        row.put("inet_up_cost", 0.01);
        row.put("inet_down_cost", 0.01);
        row.put("direct_port_count", 250);
        row.put("geolocation", "Norway, NO");
        row.put("public_ipaddr", "203.0.113.7");
        row.put("static_ip", true);
        row.put("dph_base", dollarsPerHour);
        row.put("dph_total", dollarsPerHour + storageHourly);
        row.put("min_bid", minBid);
        row.put("storage_cost", 0.15);
        row.put("storage_total_cost", storageHourly);
        row.put("reliability", 0.997);
        row.put("reliability2", 0.997);
        row.put("verification", "verified");
        row.put("verified", true);
        row.put("rentable", true);
        row.put("rented", false);
        row.put("external", false);
        row.put("is_bid", false);
        row.put("duration", 2_592_000.0);
        row.put("start_date", 1_764_000_000.0);
        row.put("end_date", 1_766_600_000.0);
        row.put("dlperf", 480.0);
        row.put("score", 300.0);
        row.putAll(more);
        row.remove(SSH_PORT);
        return row;
    }
}

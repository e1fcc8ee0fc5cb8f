package ai.flightmind.vast.offer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Rows in the service's shape. */
final class OfferRows {
    private OfferRows() {}

    /** 4 H100 that suit the guide's d24, with every kind of value and a field that is not known here. */
    static Map<String, @Nullable Object> h100(long id) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("id", (double) id);
        row.put("ask_contract_id", (double) id);
        row.put("machine_id", 4_711.0);
        row.put("num_gpus", 4.0);
        row.put("gpu_name", "H100 SXM");
        row.put("gpu_ram", 81_559.0);
        row.put("gpu_total_ram", 326_236.0);
        row.put("gpu_ids", List.of(1.0, 2.0, 3.0, 4.0));
        row.put("bw_nvlink", 902.5);
        row.put("cuda_max_good", 13.0);
        row.put("driver_version", "580.65.06");
        row.put("cpu_cores", 192.0);
        row.put("cpu_cores_effective", 96.0);
        row.put("cpu_ram", 1_000_000.0);
        row.put("has_avx", 1.0);
        row.put("disk_space", 2_000.0);
        row.put("geolocation", "Sweden, SE");
        row.put("inet_down", 5_000.0);
        row.put("inet_up", 5_000.0);
        row.put("inet_down_cost", 0.002);
        row.put("inet_up_cost", 0.004);
        row.put("dph_base", 8.0);
        row.put("dph_total", 8.001);
        row.put("storage_cost", 0.144);
        row.put("reliability", 0.99);
        row.put("rentable", true);
        row.put("external", null);
        row.put("start_date", 1.78e9);
        row.put("duration", 864_000.0);
        row.put("search", Map.of("gpuCostPerHour", 8.0, "diskHour", 0.001, "totalHour", 8.001));
        row.put("brand_new_field", List.of("kept"));
        return row;
    }

    static Offer offer(long id, Object... changes) {
        Map<String, @Nullable Object> row = h100(id);
        for (int i = 0; i < changes.length; i += 2) {
            row.put((String) changes[i], changes[i + 1]);
        }
        return Offer.fromJson(row);
    }

    static Offer without(long id, String... fields) {
        Map<String, @Nullable Object> row = h100(id);
        row.keySet().removeAll(List.of(fields));
        return Offer.fromJson(row);
    }
}

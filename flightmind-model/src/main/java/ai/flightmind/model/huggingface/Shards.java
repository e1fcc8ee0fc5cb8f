package ai.flightmind.model.huggingface;

import ai.flightmind.model.safetensors.SafetensorsWriter.Entry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How tensors are shared out among files: in order, a new file before one would grow beyond its limit. */
final class Shards {
    static final String SINGLE = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private final Map<String, List<Entry>> byFile;

    private Shards(Map<String, List<Entry>> byFile) {
        this.byFile = byFile;
    }

    /** A tensor larger than the limit gets a file of its own. */
    static Shards of(List<Entry> entries, long maxBytes) {
        List<List<Entry>> shards = new ArrayList<>();
        long room = 0;
        for (Entry entry : entries) {
            if (shards.isEmpty() || entry.bytes() > room) {
                shards.add(new ArrayList<>());
                room = maxBytes;
            }
            shards.get(shards.size() - 1).add(entry);
            room -= entry.bytes();
        }
        Map<String, List<Entry>> byFile = new LinkedHashMap<>();
        for (int i = 0; i < shards.size(); i++) {
            byFile.put(name(i, shards.size()), shards.get(i));
        }
        return new Shards(byFile);
    }

    private static String name(int index, int count) {
        return count == 1 ? SINGLE : String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", index + 1, count);
    }

    Map<String, List<Entry>> byFile() {
        return byFile;
    }

    boolean isSingle() {
        return byFile.size() == 1;
    }

    /** What the index says: which tensor is in which file. */
    Map<String, Object> index() {
        Map<String, Object> files = new LinkedHashMap<>();
        long bytes = 0;
        for (Map.Entry<String, List<Entry>> shard : byFile.entrySet()) {
            for (Entry entry : shard.getValue()) {
                files.put(entry.name(), shard.getKey());
                bytes += entry.bytes();
            }
        }
        Map<String, Object> index = new LinkedHashMap<>();
        index.put("metadata", Map.of("total_size", bytes));
        index.put("weight_map", files);
        return index;
    }
}

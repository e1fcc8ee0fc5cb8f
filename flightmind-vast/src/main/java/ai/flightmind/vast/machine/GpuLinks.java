package ai.flightmind.vast.machine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * How each pair of GPUs is joined, as {@code nvidia-smi topo -m} says: {@code NV18} is 18 NVLinks, {@code PIX} to {@code
 * SYS} are ever longer ways over PCIe.
 *
 * @param links by pairs of GPU numbers, the smaller one first
 */
public record GpuLinks(Map<Pair, String> links) {
    private static final Pattern GPU = Pattern.compile("GPU(\\d+)");
    private static final Pattern ESCAPES = Pattern.compile("\u001b\\[[0-9;]*m");

    /**
     * Two GPUs.
     *
     * @param first the smaller number
     * @param second the larger one
     */
    public record Pair(int first, int second) {
        @Override
        public String toString() {
            return "GPU " + first + " and " + second;
        }
    }

    public GpuLinks {
        links = Map.copyOf(links);
    }

    static GpuLinks parse(List<String> lines) {
        Map<Pair, String> links = new LinkedHashMap<>();
        List<Integer> columns = List.of();
        for (String line : lines) {
            List<String> cells = cells(line);
            if (cells.isEmpty() || !GPU.matcher(cells.get(0)).matches()) {
                continue;
            }
            if (columns.isEmpty()) {
                columns = cells.stream()
                        .takeWhile(cell -> GPU.matcher(cell).matches())
                        .map(GpuLinks::number)
                        .toList();
                continue;
            }
            int row = number(cells.get(0));
            for (int i = 0; i < columns.size() && i + 1 < cells.size(); i++) {
                if (row < columns.get(i)) {
                    links.put(new Pair(row, columns.get(i)), cells.get(i + 1));
                }
            }
        }
        return new GpuLinks(links);
    }

    private static List<String> cells(String line) {
        List<String> cells = new ArrayList<>();
        for (String cell : ESCAPES.matcher(line).replaceAll("").strip().split("\\s+", -1)) {
            if (!cell.isEmpty()) {
                cells.add(cell);
            }
        }
        return cells;
    }

    private static int number(String gpu) {
        return Integer.parseInt(gpu.substring("GPU".length()));
    }

    /** The pairs that NVLink does not join. */
    public List<Pair> withoutNvLink() {
        return links.entrySet().stream()
                .filter(link -> !link.getValue().startsWith("NV"))
                .map(Map.Entry::getKey)
                .sorted((a, b) -> a.first() != b.first() ? a.first() - b.first() : a.second() - b.second())
                .toList();
    }
}

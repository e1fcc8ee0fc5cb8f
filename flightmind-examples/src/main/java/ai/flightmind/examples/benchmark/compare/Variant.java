package ai.flightmind.examples.benchmark.compare;

import ai.flightmind.model.Device;
import ai.flightmind.model.Precision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;

/**
 * One way to run the benchmark, in what it differs from the others.
 *
 * @param flags of the benchmark, by name
 * @param environment variables of the process
 * @param jvmOptions of the process
 */
public record Variant(
        String name, Map<String, String> flags, Map<String, String> environment, List<String> jvmOptions) {
    private static final Pattern FLAG = Pattern.compile("(--[a-z-]+)(?:=(.+))?");
    private static final Pattern VARIABLE = Pattern.compile("([A-Z_][A-Z0-9_]*)=(.*)");
    private static final Pattern JVM_OPTION = Pattern.compile("-[XD].+");
    private static final String PLAIN = "plain";

    /** Settings with a name of their own; what OpenBLAS does by itself is to spin for 2²⁶ cycles. */
    private static final Map<String, String> NAMED = Map.of(
            "fp32", "--precision=fp32",
            "bf16", "--precision=bf16",
            "checkpoints", "--checkpoints=5",
            "phases", "--phases",
            "blas-spins", "OPENBLAS_THREAD_TIMEOUT=26",
            "one-arena", "MALLOC_ARENA_MAX=1",
            "huge-pages", "GLIBC_TUNABLES=glibc.malloc.hugetlb=1");

    public Variant {
        flags = Map.copyOf(flags);
        environment = Map.copyOf(environment);
        jvmOptions = List.copyOf(jvmOptions);
    }

    /**
     * Reads settings joined by {@code +}: a name, or {@code plain} for none, a flag of the benchmark as {@code
     * --threads=1}, a variable as {@code MALLOC_ARENA_MAX=1}, an option of the JVM as {@code -Xmx2g}.
     */
    public static Variant parse(String text) {
        Map<String, String> flags = new LinkedHashMap<>();
        Map<String, String> environment = new LinkedHashMap<>();
        List<String> jvmOptions = new ArrayList<>();
        for (String part : text.split("\\+", -1)) {
            String setting = NAMED.getOrDefault(part, part);
            var flag = FLAG.matcher(setting);
            var variable = VARIABLE.matcher(setting);
            if (flag.matches()) {
                flags.put(flag.group(1), Objects.requireNonNullElse(flag.group(2), "true"));
            } else if (variable.matches()) {
                environment.put(variable.group(1), variable.group(2));
            } else if (JVM_OPTION.matcher(setting).matches()) {
                jvmOptions.add(setting);
            } else if (!setting.equals(PLAIN)) {
                throw new IllegalArgumentException("Not a variant: '" + part + "'. Write " + PLAIN + ", "
                        + String.join(", ", NAMED.keySet().stream().sorted().toList())
                        + ", --flag=value, VARIABLE=value or -Xoption, several joined by +.");
            }
        }
        return new Variant(text, flags, environment, jvmOptions);
    }

    /** What may be worth knowing where training is otherwise of this kind. */
    public static List<Variant> worthTrying(Device device, Precision precision, int microBatchSize) {
        List<String> names = new ArrayList<>(List.of(PLAIN));
        names.add((precision == Precision.FP32 ? Precision.BF16 : Precision.FP32)
                .name()
                .toLowerCase(Locale.ROOT));
        if (microBatchSize > 1) {
            names.add("--batch-size=" + microBatchSize / 2);
        }
        names.addAll(List.of("--batch-size=" + 2 * microBatchSize, "checkpoints"));
        if (device.isCuda()) {
            names.add("phases");
        } else {
            names.add("--threads=1");
            if (System.getProperty("os.name").equals("Linux")) {
                names.addAll(List.of("blas-spins", "one-arena", "huge-pages"));
            }
        }
        return names.stream().map(Variant::parse).toList();
    }
}

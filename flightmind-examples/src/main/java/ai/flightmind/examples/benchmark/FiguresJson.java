package ai.flightmind.examples.benchmark;

import com.squareup.moshi.Moshi;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Figures as an object, whose names say their units. */
final class FiguresJson {
    private FiguresJson() {}

    static String of(Figures figures) {
        Map<String, @Nullable Object> all = setup(figures);
        all.put("tokens_per_second", spread(figures.tokensPerSecond()));
        all.put("overall_tokens_per_second", figures.overallTokensPerSecond());
        all.put("flops_per_second", Map.of("6n", figures.flopsBy6n(), "with_attention", figures.flopsWithAttention()));
        all.put("matrix_peak", peak(figures, figures.matrixPeak()));
        all.put(
                "data_sheet_peak",
                figures.dataSheetPeak().isPresent()
                        ? peak(figures, figures.dataSheetPeak().getAsDouble())
                        : null);
        all.put("step_seconds", figures.meanStepSeconds());
        all.put("phase_seconds", figures.phaseSeconds().isEmpty() ? null : figures.phaseSeconds());
        all.put("java", figures.javaShare().map(FiguresJson::java).orElse(null));
        all.put("memory", figures.memory().map(FiguresJson::memory).orElse(null));
        all.put(
                "checkpoint",
                figures.checkpointCost().map(FiguresJson::checkpoint).orElse(null));
        return new Moshi.Builder()
                .build()
                .adapter(Object.class)
                .serializeNulls()
                .toJson(all);
    }

    private static Map<String, @Nullable Object> setup(Figures figures) {
        Setup setup = figures.setup();
        Map<String, @Nullable Object> all = new LinkedHashMap<>();
        all.put("depth", setup.model().depth());
        all.put("parameters", setup.model().parameterCount());
        all.put("vocab_size", setup.model().vocabSize());
        all.put("seq_len", setup.model().sequenceLength());
        all.put("batch_size", setup.microBatchSize());
        all.put("accumulation", setup.accumulation());
        all.put("ranks", figures.run().worldSize());
        all.put("device", setup.device().toString());
        all.put("hardware", setup.device().hardwareName());
        all.put("precision", setup.precision().name().toLowerCase(Locale.ROOT));
        all.put("threads", figures.threads());
        all.put("warmup", setup.warmup());
        all.put("steps", figures.stepCount());
        return all;
    }

    private static Map<String, Object> spread(Spread spread) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("min", spread.min());
        all.put("p25", spread.lowerQuartile());
        all.put("median", spread.median());
        all.put("p75", spread.upperQuartile());
        all.put("max", spread.max());
        return all;
    }

    private static Map<String, Object> peak(Figures figures, double peak) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("flops_per_second", peak);
        all.put("mfu_6n", figures.flopsBy6n() / peak);
        all.put("mfu_with_attention", figures.flopsWithAttention() / peak);
        return all;
    }

    private static Map<String, Object> java(JavaShare java) {
        return Map.of("share", java.share(), "samples", java.samples());
    }

    private static Map<String, Object> memory(MemoryUse memory) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("of", memory.of());
        all.put("peak_bytes", memory.peakBytes());
        all.put("before_bytes", memory.beforeBytes());
        all.put("peak_is_of_the_steps", memory.ofSteps());
        return all;
    }

    private static Map<String, Object> checkpoint(CheckpointCost cost) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("saves", cost.saves());
        all.put("between_seconds", cost.betweenSeconds());
        all.put("beside_seconds", cost.besideSeconds());
        all.put("lost_seconds", cost.lostSeconds());
        all.put("lost_share", cost.lostShare());
        return all;
    }
}

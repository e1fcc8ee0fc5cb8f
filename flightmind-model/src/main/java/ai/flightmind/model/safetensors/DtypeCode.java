package ai.flightmind.model.safetensors;

import ai.flightmind.model.pt.PtDtype;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the format calls the dtypes. Those that it has beyond these, such as 8-bit floats, are not read. */
final class DtypeCode {
    private static final Map<PtDtype, String> CODES = new EnumMap<>(Map.of(
            PtDtype.FLOAT32, "F32",
            PtDtype.FLOAT64, "F64",
            PtDtype.FLOAT16, "F16",
            PtDtype.BFLOAT16, "BF16",
            PtDtype.INT64, "I64",
            PtDtype.INT32, "I32",
            PtDtype.INT16, "I16",
            PtDtype.INT8, "I8",
            PtDtype.UINT8, "U8",
            PtDtype.BOOL, "BOOL"));

    private DtypeCode() {}

    static String of(PtDtype dtype) {
        String code = CODES.get(dtype);
        if (code == null) {
            throw new IllegalArgumentException("safetensors has no code for " + dtype);
        }
        return code;
    }

    static @Nullable PtDtype parse(String code) {
        return CODES.entrySet().stream()
                .filter(entry -> entry.getValue().equals(code))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(null);
    }
}

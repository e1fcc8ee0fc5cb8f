package ai.flightmind.vast.instance;

import java.util.Map;

/** What the service allows in a rental, checked before it is sent. */
final class SpecLimits {
    private SpecLimits() {}

    static void check(InstanceSpec spec) {
        String image = spec.image();
        require(image != null || spec.templateHash() != null, "Give an image or a template.");
        require(image == null || !image.isBlank(), "The image's name is empty.");
        require(image == null || image.length() <= 1024, "The image's name is at most 1024 letters.");
        require(spec.diskGb() >= 8 && Double.isFinite(spec.diskGb()), "The disk is at least 8 GB: " + spec.diskGb());
        String label = spec.label();
        require(label == null || label.length() <= 240, "The label is at most 240 letters.");
        Double bid = spec.bidDollarsPerHour();
        require(bid == null || (bid >= 0.001 && bid <= 128), "A bid is 0.001 to 128 dollars per hour: " + bid);
        require(!spec.hasJupyterAndArgs(), "Jupyter and args do not go together; use onstart for the command.");
        require(size(spec.env()) <= 32_768, "The variables are at most 32768 letters together.");
        require(ports(spec.env()) <= 64, "At most 64 ports.");
        String onstart = spec.onstart();
        int letters = (onstart == null ? 0 : onstart.length())
                + String.join(" ", spec.args()).length();
        require(letters <= 4096, "onstart and args are at most 4096 letters together; load a script instead.");
    }

    static void require(boolean good, String otherwise) {
        if (!good) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    private static int size(Map<String, String> env) {
        return env.entrySet().stream()
                .mapToInt(entry -> entry.getKey().length() + entry.getValue().length())
                .sum();
    }

    private static long ports(Map<String, String> env) {
        return env.keySet().stream().filter(key -> key.startsWith("-p ")).count();
    }
}

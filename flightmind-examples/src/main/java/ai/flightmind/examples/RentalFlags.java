package ai.flightmind.examples;

import ai.flightmind.vast.query.OfferQuery;
import java.util.Locale;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** What to rent, as flags. */
final class RentalFlags {
    @Option(names = "--gpu", description = "as the service calls it")
    private String gpu = "H100_SXM";

    @Option(names = "--num-gpus")
    private int gpus = 4;

    @Option(names = "--disk", paramLabel = "GB")
    private int diskGb = 500;

    @Option(
            names = "--where",
            paramLabel = "QUERY",
            description = "further conditions, as 'geolocation=NO cpu_ram>=500'",
            showDefaultValue = Visibility.NEVER)
    private String where = "";

    @Option(
            names = "--bid",
            paramLabel = "DOLLARS",
            description = "rent interruptibly, for this much an hour; default: on demand",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Double bid;

    String gpu() {
        return gpu;
    }

    int gpus() {
        return gpus;
    }

    int diskGb() {
        return diskGb;
    }

    /** Dollars per hour for the machine. */
    OptionalDouble bid() {
        return bid == null ? OptionalDouble.empty() : OptionalDouble.of(bid);
    }

    /** The guide's, for any number of GPUs. */
    OfferQuery query() {
        return OfferQuery.parse(String.format(
                Locale.ROOT,
                "gpu_name=%s num_gpus=%d %s reliability>0.95 direct_port_count>0 disk_space>=%d inet_down>500"
                        + " cuda_max_good>=13.0 %s -o dph_total --storage %d -t %s",
                gpu,
                gpus,
                gpus > 1 ? "bw_nvlink>200" : "",
                diskGb,
                where,
                diskGb,
                bid == null ? "on-demand" : "bid"));
    }
}

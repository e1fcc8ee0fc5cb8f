package ai.flightmind.examples;

import ai.flightmind.model.Device;
import ai.flightmind.model.Precision;
import ai.flightmind.model.libtorch.Libtorch;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** On what to compute, as flags. */
final class ComputeFlags {
    @Option(
            names = "--device",
            description = "cpu, cuda or cuda:1; default: cuda where there is one",
            showDefaultValue = Visibility.NEVER)
    private @Nullable String device;

    @Option(
            names = "--precision",
            description = "fp32 or bf16; default: bf16 on cuda, fp32 on cpu",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Precision precision;

    @Option(names = "--threads", description = "CPU threads; default: all cores", showDefaultValue = Visibility.NEVER)
    private @Nullable Integer threads;

    /** Has libtorch use so many threads as are asked for. */
    void setThreads() {
        if (threads != null) {
            Libtorch.setThreads(threads);
        }
    }

    Device device() {
        return device == null ? Device.best() : Device.parse(device);
    }

    /** Empty for the device's own. */
    Optional<Precision> precision() {
        return Optional.ofNullable(precision);
    }
}

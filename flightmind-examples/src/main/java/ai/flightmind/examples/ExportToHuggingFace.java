package ai.flightmind.examples;

import static ai.flightmind.model.Seed.seed;

import ai.flightmind.model.Device;
import ai.flightmind.model.Gpt;
import ai.flightmind.model.Precision;
import ai.flightmind.model.huggingface.HuggingFaceExport;
import ai.flightmind.train.checkpoint.CheckpointReader;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Makes a directory that transformers, vLLM and llama.cpp's converter take for a Llama out of a checkpoint. */
@Command(
        name = "ExportToHuggingFace",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        showDefaultValues = true,
        description = "Writes a checkpoint as a Llama in Hugging Face's layout.")
public final class ExportToHuggingFace implements Runnable {
    @Parameters(index = "0", paramLabel = "CHECKPOINT", description = "such as checkpoints/best.pt")
    private Path checkpoint = Path.of("");

    @Parameters(index = "1", paramLabel = "DIR", description = "where to; must not be there yet")
    private Path directory = Path.of("");

    @Option(
            names = "--tokenizer",
            paramLabel = "FILE",
            description = "the tokenizer.json of the training data; default: none, and the weights alone",
            showDefaultValue = Visibility.NEVER)
    private @Nullable Path tokenizer;

    @Option(names = "--precision", description = "fp32 or bf16")
    private Precision precision = Precision.BF16;

    @Option(names = "--max-shard-bytes", paramLabel = "BYTES", description = "from which on there are several files")
    private long maxShardBytes = 5_000_000_000L;

    @Option(names = "--end-of-text", paramLabel = "TOKEN", description = "the token between documents")
    private String endOfText = "<|endoftext|>";

    public static void main(String[] args) {
        System.exit(Commands.execute(new ExportToHuggingFace(), args));
    }

    @Override
    public void run() {
        HuggingFaceExport.Builder export = HuggingFaceExport.builder()
                .precision(precision)
                .maxShardBytes(maxShardBytes)
                .endOfText(endOfText);
        if (tokenizer != null) {
            export.tokenizer(tokenizer);
        }
        try (Gpt model = Gpt.create(CheckpointReader.config(checkpoint), Device.cpu(), seed(0))) {
            CheckpointReader.readWeights(checkpoint, model);
            HuggingFaceExport.Written written = export.build().write(model, directory);
            System.out.printf("%,d bytes in %s:%n", written.bytes(), written.directory());
            written.files().forEach(file -> System.out.println("  " + file));
        }
    }
}

package ai.flightmind.model.huggingface;

import ai.flightmind.model.error.HuggingFaceException;
import ai.flightmind.model.safetensors.SafetensorsReader;
import ai.flightmind.model.safetensors.StoredTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.bytedeco.pytorch.Tensor;

/** The safetensors files of a directory, opened together: one, or those that an index names. */
final class WeightFiles implements AutoCloseable {
    private final Path directory;
    private final Map<Path, SafetensorsReader> readers = new LinkedHashMap<>();
    private final Map<String, SafetensorsReader> byTensor = new LinkedHashMap<>();

    private WeightFiles(Path directory) {
        this.directory = directory;
    }

    static WeightFiles open(Path directory) {
        WeightFiles files = new WeightFiles(directory);
        try {
            if (Files.exists(directory.resolve(Shards.INDEX))) {
                files.addIndexed(directory.resolve(Shards.INDEX));
            } else {
                files.add(required(directory, Shards.SINGLE));
            }
            return files;
        } catch (RuntimeException e) {
            files.close();
            throw e;
        }
    }

    /** @throws HuggingFaceException if it is missing */
    static Path required(Path directory, String name) {
        Path file = directory.resolve(name);
        if (!Files.isRegularFile(file)) {
            throw new HuggingFaceException(file + " does not exist. A model's directory holds config.json and "
                    + Shards.SINGLE + ", or several such files with " + Shards.INDEX + ".");
        }
        return file;
    }

    private void addIndexed(Path index) {
        if (!(Json.read(index).get("weight_map") instanceof Map<?, ?> fileByTensor)) {
            throw new HuggingFaceException(index + " has no weight_map.");
        }
        Set<String> names = new LinkedHashSet<>();
        fileByTensor.values().forEach(name -> names.add(String.valueOf(name)));
        for (String name : names) {
            if (!name.endsWith(".safetensors")
                    || !Path.of(name).equals(Path.of(name).getFileName())) {
                throw new HuggingFaceException(index + " names the file " + name + ", which is not one beside it.");
            }
            add(required(directory, name));
        }
        fileByTensor.forEach((tensor, name) -> {
            SafetensorsReader reader = readers.get(directory.resolve(String.valueOf(name)));
            if (reader == null || byTensor.get(String.valueOf(tensor)) != reader) {
                throw new HuggingFaceException(
                        index + " says that " + name + " holds " + tensor + ", but it does not. Copy the files again.");
            }
        });
    }

    private void add(Path file) {
        SafetensorsReader reader = SafetensorsReader.open(file);
        readers.put(file, reader);
        for (String name : reader.tensors().keySet()) {
            if (byTensor.put(name, reader) != null) {
                throw new HuggingFaceException(file + " holds " + name + ", which another file holds, too.");
            }
        }
    }

    /** A set of its own, to be changed at will. */
    Set<String> names() {
        return new LinkedHashSet<>(byTensor.keySet());
    }

    /** @throws HuggingFaceException if there is none of this name */
    StoredTensor tensor(String name) {
        return reader(name).tensor(name);
    }

    void read(String name, Tensor target) {
        reader(name).read(name, target);
    }

    private SafetensorsReader reader(String name) {
        SafetensorsReader reader = byTensor.get(name);
        if (reader == null) {
            throw new HuggingFaceException(directory + " lacks the tensor " + name + ".");
        }
        return reader;
    }

    @Override
    public void close() {
        readers.values().forEach(SafetensorsReader::close);
    }
}

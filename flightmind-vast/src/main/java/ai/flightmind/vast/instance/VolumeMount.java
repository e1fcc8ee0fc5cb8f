package ai.flightmind.vast.instance;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A volume to mount in an instance: one that exists, or a new one from a volume offer of the same machine. */
public final class VolumeMount {
    private static final int NEW_SIZE_GB = 15;

    private final long id;
    private final String path;
    private final boolean createNew;
    private final @Nullable String name;
    private final @Nullable Integer sizeGb;

    private VolumeMount(long id, String path, boolean createNew, @Nullable String name, @Nullable Integer sizeGb) {
        if (!path.startsWith("/") || path.equals("/") || path.equals("/root")) {
            throw new IllegalArgumentException("The mount path is absolute and neither / nor /root: " + path);
        }
        if (sizeGb != null && sizeGb < 1) {
            throw new IllegalArgumentException("The volume's size is at least 1 GB: " + sizeGb);
        }
        this.id = id;
        this.path = path;
        this.createNew = createNew;
        this.name = name;
        this.sizeGb = sizeGb;
    }

    /** Mounts the account's volume of that id. */
    public static VolumeMount existing(long volumeId, String path) {
        return new VolumeMount(volumeId, path, false, null, null);
    }

    /** Makes a volume of 15 GB from a volume offer. */
    public static VolumeMount created(long volumeOfferId, String path) {
        return new VolumeMount(volumeOfferId, path, true, null, NEW_SIZE_GB);
    }

    /** The new volume's name. */
    public VolumeMount named(String name) {
        return new VolumeMount(id, path, createNew, name, sizeGb);
    }

    /**
     * The size of the new volume, in GB.
     *
     * @throws IllegalStateException if the volume exists: its size is what it is
     */
    public VolumeMount sizeGb(int sizeGb) {
        if (!createNew) {
            throw new IllegalStateException("An existing volume keeps its size.");
        }
        return new VolumeMount(id, path, true, name, sizeGb);
    }

    Map<String, Object> toBody() {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("mount_path", path);
        body.put("create_new", createNew);
        body.put("volume_id", id);
        if (name != null) {
            body.put("name", name);
        }
        if (sizeGb != null) {
            body.put("size", sizeGb);
        }
        return body;
    }

    @Override
    public String toString() {
        return (createNew ? "new volume from offer " : "volume ") + id + " at " + path;
    }
}

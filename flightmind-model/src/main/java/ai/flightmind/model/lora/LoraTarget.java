package ai.flightmind.model.lora;

/** A linear layer of each block that an adapter can be for. */
public enum LoraTarget {
    QUERY("attn.q_proj"),
    KEY("attn.k_proj"),
    VALUE("attn.v_proj"),
    ATTENTION_OUTPUT("attn.o_proj"),
    GATE("mlp.gate_proj"),
    UP("mlp.up_proj"),
    DOWN("mlp.down_proj");

    private final String layer;

    LoraTarget(String layer) {
        this.layer = layer;
    }

    /** Its name within a block of the state dict, such as {@code attn.q_proj}. */
    public String layerName() {
        return layer;
    }

    /**
     * The target of this {@link #layerName}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static LoraTarget ofLayerName(String name) {
        for (LoraTarget target : values()) {
            if (target.layer.equals(name)) {
                return target;
            }
        }
        throw new IllegalArgumentException("No layer that an adapter can be for is named " + name);
    }

    boolean isOf(String weight) {
        return weight.endsWith("." + layer + ".weight");
    }
}

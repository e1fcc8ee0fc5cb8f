package ai.flightmind.examples.notebook;

import java.util.UUID;

/** One display below the cell that runs. */
final class LiveDisplay {
    private final Kernel kernel;
    private final String id = UUID.randomUUID().toString();

    private LiveDisplay(Kernel kernel) {
        this.kernel = kernel;
    }

    static LiveDisplay open(String html) {
        LiveDisplay display = new LiveDisplay(Kernel.running());
        display.kernel.display(display.id, html);
        return display;
    }

    void show(String html) {
        kernel.update(id, html);
    }
}

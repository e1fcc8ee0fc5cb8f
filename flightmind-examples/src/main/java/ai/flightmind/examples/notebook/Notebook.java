package ai.flightmind.examples.notebook;

import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The notebook in which this program runs. */
public final class Notebook {
    private Notebook() {}

    /**
     * From now on, FlightMind's objects show themselves. JJava does this by itself when it loads the jars; for IJava it is
     * called in a cell. A second call does nothing.
     *
     * @throws IllegalStateException if this is not a notebook of either
     */
    public static void attach() {
        Views.register(Kernel.running());
    }

    /**
     * The jars that the notebook has loaded: the class path of a program that is to run elsewhere. The kernels do not all say
     * it in {@code java.class.path}.
     */
    public static List<Path> classPath() {
        List<Path> jars = new ArrayList<>();
        if (Notebook.class.getClassLoader() instanceof URLClassLoader loader) {
            for (URL url : loader.getURLs()) {
                try {
                    jars.add(Path.of(url.toURI()));
                } catch (URISyntaxException e) {
                    throw new IllegalStateException("The class path has " + url + ", which is no address", e);
                }
            }
        }
        return List.copyOf(jars);
    }
}

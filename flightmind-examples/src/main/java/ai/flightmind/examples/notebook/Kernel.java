package ai.flightmind.examples.notebook;

import java.util.function.Function;

/** What the kernels have in common. */
interface Kernel {
    /** A value of this type is shown as HTML, wherever a cell ends with one. */
    <T> void showAsHtml(Class<T> type, Function<T, String> html);

    /** A value of this type is shown as a picture. */
    <T> void showAsPng(Class<T> type, Function<T, byte[]> png);

    /** Whether a value is shown as HTML already. */
    boolean isShownAsHtml(Object value);

    /** Begins a display below the cell that runs. */
    void display(String id, String html);

    /** Shows something else in a display. */
    void update(String id, String html);

    /**
     * The one that runs this program.
     *
     * @throws IllegalStateException if there is none
     */
    static Kernel running() {
        if (isThere("org.dflib.jjava.jupyter.kernel.BaseKernel")) {
            Kernel jjava = JJavaKernel.running();
            if (jjava != null) {
                return jjava;
            }
        }
        if (isThere(IJavaKernel.MAIN)) {
            return IJavaKernel.running();
        }
        throw new IllegalStateException("This program does not run in a notebook of JJava or IJava: displays and "
                + "Notebook.attach() are for cells of one.");
    }

    private static boolean isThere(String className) {
        try {
            Class.forName(className, false, Kernel.class.getClassLoader());
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}

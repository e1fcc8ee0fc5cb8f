package ai.flightmind.examples.notebook;

import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.util.Base64;
import java.util.function.Function;

/** IJava, by its library {@code jupyter-jvm-basekernel}. */
final class IJavaKernel implements Kernel {
    /** In no repository: it comes as a zip. */
    static final String MAIN = "io.github.spencerpark.ijava.IJava";

    private final BaseKernel kernel;

    IJavaKernel(BaseKernel kernel) {
        this.kernel = kernel;
    }

    static Kernel running() {
        try {
            Object kernel = Class.forName(MAIN).getMethod("getKernelInstance").invoke(null);
            if (kernel instanceof BaseKernel running) {
                return new IJavaKernel(running);
            }
            throw new IllegalStateException("IJava is there, but its kernel does not run");
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "This IJava cannot be asked for its kernel: take version 1.3.0, or JJava", e);
        }
    }

    @Override
    public <T> void showAsHtml(Class<T> type, Function<T, String> html) {
        kernel.getRenderer()
                .createRegistration(type)
                .preferring(MIMEType.TEXT_HTML)
                .register((value, context) -> context.renderIfRequested(MIMEType.TEXT_HTML, () -> html.apply(value)));
    }

    @Override
    public <T> void showAsPng(Class<T> type, Function<T, byte[]> png) {
        kernel.getRenderer()
                .createRegistration(type)
                .preferring(MIMEType.IMAGE_PNG)
                .register((value, context) -> context.renderIfRequested(
                        MIMEType.IMAGE_PNG, () -> Base64.getEncoder().encodeToString(png.apply(value))));
    }

    @Override
    public boolean isShownAsHtml(Object value) {
        return kernel.getRenderer().render(value).hasDataForType(MIMEType.TEXT_HTML);
    }

    @Override
    public void display(String id, String html) {
        DisplayData data = data(html);
        data.setDisplayId(id);
        kernel.display(data);
    }

    @Override
    public void update(String id, String html) {
        kernel.getIO().display.updateDisplay(id, data(html));
    }

    private static DisplayData data(String html) {
        DisplayData data = new DisplayData();
        data.putHTML(html);
        return data;
    }
}

package ai.flightmind.examples.notebook;

import java.util.Base64;
import java.util.function.Function;
import org.dflib.jjava.jupyter.kernel.BaseKernel;
import org.dflib.jjava.jupyter.kernel.display.DisplayData;
import org.dflib.jjava.jupyter.kernel.display.mime.MIMEType;
import org.jspecify.annotations.Nullable;

/** JJava, by its library {@code jjava-jupyter}. */
final class JJavaKernel implements Kernel {
    private final BaseKernel kernel;

    JJavaKernel(BaseKernel kernel) {
        this.kernel = kernel;
    }

    /** Null if its library is there, but no kernel runs. */
    static @Nullable Kernel running() {
        try {
            return new JJavaKernel(BaseKernel.notebookKernel());
        } catch (NullPointerException e) { // as its documentation says
            return null;
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

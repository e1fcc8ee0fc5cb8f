package ai.flightmind.examples.notebook;

import org.dflib.jjava.jupyter.Extension;
import org.dflib.jjava.jupyter.kernel.BaseKernel;

/** Found by JJava in the jars that a notebook loads; for no other use. */
public final class JJavaExtension implements Extension {
    @Override
    public void install(BaseKernel kernel) {
        Views.register(new JJavaKernel(kernel));
    }
}

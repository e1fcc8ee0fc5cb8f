package ai.flightmind.model.libtorch;

import com.sun.jna.NativeLibrary;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;

/** A process that loads libtorch and uses it. */
final class StartMain {
    private StartMain() {}

    public static void main(String[] args) {
        Libtorch.load();
        try (PointerScope scope = new PointerScope()) {
            System.out.println("sum " + torch.ones(3, 3).sum().item_float() + " " + passiveThreads());
        }
    }

    private static String passiveThreads() {
        return NativeLibrary.getInstance("c")
                .getFunction("getenv")
                .invokeString(new Object[] {"OMP_WAIT_POLICY"}, false);
    }
}

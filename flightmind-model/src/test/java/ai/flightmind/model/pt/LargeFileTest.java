package ai.flightmind.model.pt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One storage beyond 4 GiB; takes 10 GB of memory and 5 GB of disk, so only with -Dflightmind.slow=true. */
@Tag("slow")
class LargeFileTest {
    private static final long BYTES = 4608L << 20;

    @TempDir
    Path folder;

    @Test
    void aStorageBeyondFourGibibytesGoesToDiskAndBackAndToPython() {
        assumeTrue(Boolean.getBoolean("flightmind.slow"), "-Dflightmind.slow=true");
        Torch.load();
        Path file = folder.resolve("large.pt");
        Tensor large = Torch.empty(ScalarType.Char, BYTES);
        large.fill_(new Scalar(3));
        large.narrow(0, (1L << 32) - 2, 5).copy_(Torch.counting(ScalarType.Char, 5));
        large.narrow(0, BYTES - 3, 3).copy_(Torch.counting(ScalarType.Char, 3));
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("large", large);
        root.put("after", Torch.counting(ScalarType.Float, 10));

        timed("write", () -> PtWriter.write(file, root));
        try (PtReader reader = PtReader.open(file)) {
            timed("verify", reader::verify);
            Tensor target = Torch.empty(ScalarType.Char, BYTES);
            timed("read", () -> reader.read(Tree.tensor(reader.root(), "large"), target));
            assertThat(target.equal(large)).isTrue();
            target.close();
            assertThat(Torch.read(reader, Tree.tensor(reader.root(), "after"))
                            .equal(Torch.counting(ScalarType.Float, 10)))
                    .isTrue();
        }
        large.close();
        timed("python", () -> Python.run("""
                        import sys, torch
                        r = torch.load(sys.argv[1])
                        t = r['large']
                        assert t.numel() == 4608 << 20
                        assert t[(1 << 32) - 3:(1 << 32) + 4].tolist() == [3, 0, 1, 2, 3, 4, 3]
                        assert t[-4:].tolist() == [3, 0, 1, 2]
                        assert torch.equal(r['after'], torch.arange(10.))
                        """, file));
    }

    private static void timed(String what, Runnable work) {
        long start = System.nanoTime();
        work.run();
        double seconds = (System.nanoTime() - start) * 1e-9;
        System.out.printf("%s of %.1f GB: %.1f s, %.2f GB/s%n", what, BYTES * 1e-9, seconds, BYTES * 1e-9 / seconds);
    }
}

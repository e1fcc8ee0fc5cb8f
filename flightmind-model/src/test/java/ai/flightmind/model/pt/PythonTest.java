package ai.flightmind.model.pt;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files cross to Python's own PyTorch and back; skipped where there is none. */
@Tag("python")
class PythonTest {
    @TempDir
    Path folder;

    @BeforeAll
    static void loadTorch() {
        Torch.load();
    }

    @ParameterizedTest
    @ValueSource(strings = {"True", "False"})
    void pythonLoadsOurs(String weightsOnly) {
        Tensor embedding = Torch.counting(ScalarType.Float, 6, 4);
        Map<String, Object> model = new LinkedHashMap<>();
        model.put("tok_emb.weight", embedding);
        model.put("rows", embedding.narrow(0, 2, 2));
        model.put("lm_head.weight", embedding.detach());
        for (PtDtype dtype : PtDtype.values()) {
            model.put(dtype.toString(), Torch.counting(dtype.scalarType(), 3));
        }
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("model", new PtOrderedDict(model));
        root.put(
                "state",
                Map.of(0L, Map.of("step", Torch.counting(ScalarType.Float, 1).reshape())));
        // PyTorch 1.13 knows no floats under weights_only, not even in its own files.
        PtTuple betas = weightsOnly.equals("True") ? PtTuple.of(9, 95) : PtTuple.of(0.9, 0.95);
        root.put("betas", betas);
        root.put("empty", Torch.empty(ScalarType.Float, 0, 3));
        root.put("values", Arrays.asList(null, true, -1, 1L << 40, Long.MIN_VALUE, "飛行機"));
        Path file = folder.resolve("ours.pt");
        PtWriter.write(file, root);

        String output =
                Python.run("""
                import sys, torch, collections
                r = torch.load(sys.argv[1], weights_only=%s)
                m = r['model']
                assert type(m) is collections.OrderedDict and type(r['state']) is dict
                e = m['tok_emb.weight']
                assert torch.equal(e, torch.arange(24.).reshape(6, 4))
                assert e.data_ptr() == m['lm_head.weight'].data_ptr()
                assert m['rows'].data_ptr() == e.data_ptr() + 32 and torch.equal(m['rows'], e[2:4])
                for name in 'float32 float64 float16 bfloat16 int64 int32 int16 int8 uint8 bool'.split():
                    dtype = getattr(torch, name)
                    assert m[name].dtype is dtype and torch.equal(m[name], torch.arange(3.).to(dtype)), name
                step = r['state'][0]['step']
                assert step.shape == () and step.item() == 0 and not step.requires_grad
                assert r['betas'] == eval(sys.argv[2]) and type(r['betas']) is tuple
                assert r['empty'].shape == (0, 3)
                assert r['values'] == [None, True, -1, 1 << 40, -1 << 63, '\\u98db\\u884c\\u6a5f'], r['values']
                print('loaded')
                """.formatted(weightsOnly), file, weightsOnly.equals("True") ? "(9, 95)" : "(0.9, 0.95)");

        assertThat(output).contains("loaded");
    }

    @Test
    void weReadWhatPythonSaves() {
        Path file = folder.resolve("pythons.pt");
        Python.run("""
                import sys, torch
                torch.manual_seed(1)
                net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.LayerNorm(3))
                opt = torch.optim.AdamW(net.parameters(), betas=(0.9, 0.95))
                net(torch.ones(2, 4)).pow(2).sum().backward()
                opt.step()
                tensors = {d: torch.arange(5.).to(getattr(torch, d)) for d in
                           'float32 float64 float16 bfloat16 int64 int32 int16 int8 uint8 bool'.split()}
                base = torch.arange(1000)
                torch.save({'net': net.state_dict(), 'opt': opt.state_dict(), 'tensors': tensors,
                            'parameter': torch.nn.Parameter(torch.ones(2)), 'turned': base.view(20, 50).t(),
                            'part': base[17:19], 'size': base.shape, 'dtype': torch.float16,
                            'big': 1 << 62, 'text': '\\u2708', 'empty': torch.empty(0)}, sys.argv[1])
                """, file);
        try (PtReader reader = PtReader.open(file)) {
            reader.verify();
            Map<?, ?> root = (Map<?, ?>) reader.root();
            Torch.forEachTensor(root, tensor -> Torch.read(reader, tensor));
            for (PtDtype dtype : PtDtype.values()) {
                PtTensor tensor = Tree.tensor(root, "tensors", dtype.toString());
                assertThat(Torch.read(reader, tensor).equal(Torch.counting(dtype.scalarType(), 5)))
                        .as("%s", dtype)
                        .isTrue();
            }
            Tensor base = Torch.counting(ScalarType.Long, 20, 50);
            assertThat(Torch.read(reader, Tree.tensor(root, "turned")).equal(base.t()))
                    .isTrue();
            assertThat(Torch.read(reader, Tree.tensor(root, "part"))
                            .equal(base.flatten().narrow(0, 17, 2)))
                    .isTrue();
            Map<?, ?> group = Tree.map(root, "opt", "param_groups", 0);
            assertThat(group.get("betas")).isEqualTo(List.of(0.9, 0.95));
            assertThat(root.get("size")).isEqualTo(List.of(1000L));
            assertThat(root.get("dtype")).isEqualTo(PtDtype.FLOAT16);
            assertThat(root.get("big")).isEqualTo(1L << 62);
            assertThat(root.get("text")).isEqualTo("✈");
        }
    }
}

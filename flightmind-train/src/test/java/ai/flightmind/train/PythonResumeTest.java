package ai.flightmind.train;

import static ai.flightmind.model.Seed.seed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.model.Gpt;
import ai.flightmind.train.checkpoint.CheckpointWriter;
import ai.flightmind.train.checkpoint.Checkpoints;
import ai.flightmind.train.data.TokenDataset;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the original's --resume does with a checkpoint, done by a real PyTorch where this machine has one. */
@Tag("python")
class PythonResumeTest {
    @TempDir
    Path directory;

    @Test
    void pytorchTakesOurCheckpointIntoItsOwnOptimizer() throws Exception {
        Optional<String> python = pythonWithTorch();
        assumeTrue(python.isPresent(), "no python3 with torch on this machine");
        try (TokenDataset data = Golden.data();
                Gpt model = Golden.model();
                Trainer trainer = Trainer.builder()
                        .model(model)
                        .data(data)
                        .maxSteps(5)
                        .microBatchSize(4)
                        .tokensPerStep(512)
                        .seed(seed(1))
                        .checkpoints(Checkpoints.in(directory))
                        .build()) {
            trainer.run();
        }

        String output = run(
                List.of(python.get(), "-c", """
                import sys, torch, collections
                c = torch.load(sys.argv[1], map_location='cpu')
                assert c['step'] == 4 and isinstance(c['loss'], float)
                assert c['config'] == {'depth': 2, 'vocab_size': 512, 'max_seq_len': 64}
                m = c['model']
                assert type(m) is collections.OrderedDict and len(m) == 21 and list(m)[-1] == 'lm_head.weight'
                assert m['lm_head.weight'].data_ptr() == m['tok_emb.weight'].data_ptr()
                named = [(n, torch.nn.Parameter(t)) for n, t in m.items() if n != 'lm_head.weight']
                adamw = torch.optim.AdamW([
                    {'params': [p for n, p in named if p.dim() >= 2], 'weight_decay': 0.1},
                    {'params': [p for n, p in named if p.dim() < 2], 'weight_decay': 0.0}],
                    lr=1e-3, betas=(0.9, 0.95), eps=1e-8)
                adamw.load_state_dict(c['optimizer'])
                for n, p in named:
                    s = adamw.state[p]
                    assert float(s['step']) == 5 and s['exp_avg'].shape == p.shape and s['exp_avg_sq'].min() >= 0
                    p.grad = torch.ones_like(p)
                adamw.step()
                assert all(float(adamw.state[p]['step']) == 6 for n, p in named)
                assert c['flightmind']['tokens'] == 5 * 504 and c['flightmind']['data']['position'] == 40
                print('resumed')
                """, directory.resolve("final.pt").toString()));

        assertThat(output).contains("resumed");
    }

    @Test
    void pytorchBeginsFromOurWeightsWithAnOptimizerWithoutHistory() throws Exception {
        Optional<String> python = pythonWithTorch();
        assumeTrue(python.isPresent(), "no python3 with torch on this machine");
        Path file = directory.resolve("weights.pt");
        try (Gpt model = Golden.model()) {
            CheckpointWriter.writeWeights(file, model);
        }

        String output = run(List.of(python.get(), "-c", """
                import sys, torch
                c = torch.load(sys.argv[1], map_location='cpu')
                assert c['step'] + 1 == 0 and isinstance(c['loss'], float)
                assert c['config'] == {'depth': 2, 'vocab_size': 512, 'max_seq_len': 64}
                m = c['model']
                assert len(m) == 21 and m['lm_head.weight'].data_ptr() == m['tok_emb.weight'].data_ptr()
                named = [(n, torch.nn.Parameter(t)) for n, t in m.items() if n != 'lm_head.weight']
                adamw = torch.optim.AdamW([
                    {'params': [p for n, p in named if p.dim() >= 2], 'weight_decay': 0.1},
                    {'params': [p for n, p in named if p.dim() < 2], 'weight_decay': 0.0}],
                    lr=1e-3, betas=(0.9, 0.95), eps=1e-8)
                adamw.load_state_dict(c['optimizer'])
                assert [g['weight_decay'] for g in adamw.param_groups] == [0.1, 0.0]
                for n, p in named:
                    p.grad = torch.ones_like(p)
                adamw.step()
                assert all(float(adamw.state[p]['step']) == 1 for n, p in named)
                print('begun')
                """, file.toString()));

        assertThat(output).contains("begun");
    }

    private static Optional<String> pythonWithTorch() throws Exception {
        for (String command : List.of("python3", "/usr/bin/python3")) {
            try {
                if (run(List.of(command, "-c", "import torch; print('has torch')"))
                        .contains("has torch")) {
                    return Optional.of(command);
                }
            } catch (IOException notInstalled) {
                // the next one may be
            }
        }
        return Optional.empty();
    }

    private static String run(List<String> command) throws Exception {
        Process process = new ProcessBuilder(new ArrayList<>(command))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return output;
    }
}

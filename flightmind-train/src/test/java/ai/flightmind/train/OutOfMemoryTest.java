package ai.flightmind.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.flightmind.train.error.DistributedException;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.global.torch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(240)
class OutOfMemoryTest extends TinyData {
    /** Steps of 2 sequences, which keep 400 MB each; two threads take both at once, if they may. */
    private static final List<String> TIGHT = List.of("threads=2", "depth=4", "length=4096", "sequences=2");

    /** A sequence, with its margin, takes 600 MB and both 870 MB, beside a reserve that differs between machines. */
    private static final String TOO_LITTLE_FOR_BOTH = "limitMiB=760";

    private static final String ROOM_FOR_ONE = "limitMiB=900";
    private static final String ROOM_FOR_BOTH = "limitMiB=2000";

    private static final List<String> SMALL_HEAP = List.of("-Xms64m", "-Xmx64m", "-XX:+UseSerialGC");

    private ChildJvm start(String checkpoints, String... arguments) {
        assumeTrue(new File("/usr/bin/prlimit").canExecute(), "prlimit, of util-linux");
        List<String> all = new ArrayList<>(TIGHT);
        if (List.of(arguments).contains("threads=1")) {
            all.remove("threads=2");
        }
        all.addAll(List.of(arguments));
        all.add("data=" + folder.resolve("long"));
        all.add("checkpoints=" + folder.resolve(checkpoints));
        TinyRun.write(folder.resolve("long"), 16 * TinyRun.TRAIN_ROWS);
        Path errors = folder.resolve("errors-" + System.nanoTime() + ".txt");
        return ChildJvm.start("", errors, SMALL_HEAP, MemoryMain.class, all.toArray(new String[0]));
    }

    /** With one thread, as libraries that cannot start threads of theirs end the program themselves. */
    @Test
    void runThatMemoryEndsSaysWhatItTakesAndGoesOnWhereThereIsMore() {
        try (ChildJvm first = start("checkpoints", "threads=1", "microBatch=1", "maxSteps=1")) {
            assertThat(first.awaitExit()).as(first::describe).isZero();
            assertThat(first.lines("ended ")).as(first::describe).containsExactly("1");
        }
        try (ChildJvm tooLarge = start("checkpoints", "threads=1", "limitMiB=300", "microBatch=1", "maxSteps=3")) {
            assertThat(tooLarge.awaitExit()).as(tooLarge::describe).isZero();
            assertThat(tooLarge.lines("start ")).as(tooLarge::describe).containsExactly("1 1");
            assertThat(tooLarge.lines("failed "))
                    .as(tooLarge::describe)
                    .singleElement()
                    .asString()
                    .startsWith("0 ")
                    .contains(
                            "Out of memory on cpu at 'step 1'. By the estimate a step in micro-batches of 1 sequences of"
                                    + " 4096 tokens in FP32 takes ",
                            "A micro-batch has one sequence already: take shorter sequences");
            assertThat(tooLarge.lines("because ")).singleElement().asString().contains("DefaultCPUAllocator");
        }
        try (ChildJvm again = start("checkpoints", "threads=1", "microBatch=1", "maxSteps=3")) {
            assertThat(again.awaitExit()).as(again::describe).isZero();
            assertThat(again.lines("start ")).as(again::describe).containsExactly("1 1");
            assertThat(again.lines("ended ")).as(again::describe).containsExactly("3");
        }
    }

    @Test
    void runWhoseMemoryMayNotSufficeIsWarnedWithTheMicroBatchThatFits() {
        try (ChildJvm first = start("checkpoints", "microBatch=1", "maxSteps=1")) {
            assertThat(first.awaitExit()).as(first::describe).isZero();
        }
        try (ChildJvm complete = start("checkpoints", TOO_LITTLE_FOR_BOTH, "microBatch=2", "maxSteps=1")) {
            assertThat(complete.awaitExit()).as(complete::describe).isZero();
            assertThat(complete.describe())
                    .contains(
                            "Memory may not suffice. By the estimate a step in micro-batches of 2 sequences of 4096 tokens")
                    .contains("A microBatchSize of 1 fits, for the same steps of 2 sequences;");
        }
    }

    @ParameterizedTest
    @CsvSource({ROOM_FOR_ONE + ", 1", ROOM_FOR_BOTH + ", 2"})
    void autoFindsTheMicroBatchThatFitsIntoWhatTheProcessMayTake(String limit, String fitting) {
        try (ChildJvm searching = start("searched", limit, "microBatch=auto", "maxSteps=2")) {
            assertThat(searching.awaitExit()).as(searching::describe).isZero();
            assertThat(searching.lines("ended ")).as(searching::describe).containsExactly("2");
            assertThat(searching.lines("start ")).as(searching::describe).containsExactly("0 " + fitting);

            try (ChildJvm named = start("named", "microBatch=" + fitting, "maxSteps=2")) {
                assertThat(named.awaitExit()).as(named::describe).isZero();
                assertThat(named.lines("step ")).hasSize(2).isEqualTo(searching.lines("step "));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CUDA out of memory. Tried to allocate 5.96 GiB. GPU 0 has a total capacity of 23.69 GiB of which 5.25 GiB"
                        + " is free.",
                "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported at some other API call",
                "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
                "[enforce fail at alloc_cpu.cpp:114] data. DefaultCPUAllocator: not enough memory: you tried to allocate"
                        + " 6383992832 bytes.",
                "std::bad_alloc"
            })
    void whatLibrariesSayOfMemoryIsUnderstood(String message) {
        assertThat(OutOfMemory.isCauseOf(new RuntimeException(message))).isTrue();
    }

    @Test
    void otherFailuresAreNot() {
        assertThat(OutOfMemory.isCauseOf(new RuntimeException("The size of tensor a (3) must match")))
                .isFalse();
        assertThat(OutOfMemory.isCauseOf(new RuntimeException())).isFalse();
        assertThat(OutOfMemory.isCauseOf(new DistributedException("Rank 1 failed: Out of memory on cuda:1")))
                .isFalse();
    }

    @Test
    void whatTheCpuAllocatorThrowsIsUnderstood() {
        assertThatThrownBy(() -> {
                    try (PointerScope scope = new PointerScope()) {
                        torch.empty(1L << 55);
                    }
                })
                .isInstanceOfSatisfying(
                        RuntimeException.class,
                        thrown -> assertThat(OutOfMemory.isCauseOf(thrown))
                                .as(thrown.getMessage())
                                .isTrue());
    }
}

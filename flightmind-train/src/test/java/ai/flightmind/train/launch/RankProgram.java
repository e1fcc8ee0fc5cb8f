package ai.flightmind.train.launch;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the ranks run: each argument is something to do, in order. {@code r2a0:exit=3} is done by rank 2 in attempt 0
 * only; either part of the condition may be left out.
 */
final class RankProgram {
    private static final Pattern STEP =
            Pattern.compile("(?:(?:r(\\d+))?(?:a(\\d+))?:)?([a-z]+)(?:=(.*))?", Pattern.DOTALL);
    private static final String RANK = System.getenv("RANK");
    private static final String ATTEMPT = System.getenv("TORCHELASTIC_RESTART_COUNT");

    private RankProgram() {}

    public static void main(String[] steps) throws Exception {
        for (String step : steps) {
            Matcher matcher = STEP.matcher(step);
            if (!matcher.matches()) {
                throw new IllegalArgumentException(step);
            }
            if (isMet(matcher.group(1), RANK) && isMet(matcher.group(2), ATTEMPT)) {
                perform(matcher.group(3), matcher.group(4));
            }
        }
    }

    private static boolean isMet(String wanted, String actual) {
        return wanted == null || wanted.equals(actual);
    }

    private static void perform(String what, String value) throws Exception {
        switch (what) {
            case "print" -> {
                System.out.print(value);
                System.out.flush();
            }
            case "bytes" -> {
                System.out.write(new byte[] {(byte) 0xff, 0, (byte) 0xc3, '\r', 27, '['});
                System.out.flush();
            }
            case "error" -> System.err.println(value);
            case "env" -> System.getenv().forEach((name, text) -> System.out.println(name + "=" + text));
            case "options" ->
                ManagementFactory.getRuntimeMXBean().getInputArguments().forEach(System.out::println);
            case "stdin" -> System.out.println("stdin " + System.in.read());
            case "pid" -> write(file(value, "pid"), "" + ProcessHandle.current().pid());
            case "child" ->
                write(
                        file(value, "child"),
                        "" + new ProcessBuilder("sleep", "1000").start().pid());
            case "await" -> awaitFile(Path.of(value));
            case "gone" -> awaitGone(Long.parseLong(Files.readString(Path.of(value))));
            case "wait" -> new CountDownLatch(1).await();
            case "hook" -> Runtime.getRuntime().addShutdownHook(new Thread(() -> write(file(value, "saved"), "saved")));
            case "stubborn" -> Runtime.getRuntime().addShutdownHook(new Thread(RankProgram::hang));
            case "linger" -> new Thread(RankProgram::hang).start();
            case "after" -> {
                Thread main = Thread.currentThread();
                new Thread(() -> writeAfter(main, file(value, "after"))).start();
            }
            case "meet" -> meet();
            case "throw" -> throw new IllegalStateException(value);
            case "exit" -> System.exit(Integer.parseInt(value));
            default -> throw new IllegalArgumentException(what);
        }
    }

    private static Path file(String folder, String kind) {
        return Path.of(folder, kind + "-r" + RANK + "a" + ATTEMPT);
    }

    private static void write(Path file, String text) {
        try {
            Path whole = Files.createTempFile(file.getParent(), "new", "");
            Files.writeString(whole, text);
            Files.move(whole, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void awaitFile(Path file) throws InterruptedException {
        while (!Files.exists(file)) {
            Thread.sleep(Duration.ofMillis(20).toMillis());
        }
    }

    private static void awaitGone(long pid) throws InterruptedException {
        while (ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
            Thread.sleep(20);
        }
    }

    private static void writeAfter(Thread thread, Path file) {
        try {
            thread.join();
            write(file, "after");
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void hang() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Rank 0 listens where all were told to meet, and the others come. */
    private static void meet() throws IOException, InterruptedException {
        int port = Integer.parseInt(System.getenv("MASTER_PORT"));
        int others = Integer.parseInt(System.getenv("WORLD_SIZE")) - 1;
        if (RANK.equals("0")) {
            try (ServerSocket server = new ServerSocket(port)) {
                for (int i = 0; i < others; i++) {
                    server.accept().close();
                }
            }
            System.out.println("all have met");
            return;
        }
        while (true) {
            try (Socket socket = new Socket(InetAddress.getByName(System.getenv("MASTER_ADDR")), port)) {
                int ignored = socket.getInputStream().read();
                return;
            } catch (IOException notYet) {
                Thread.sleep(20);
            }
        }
    }
}

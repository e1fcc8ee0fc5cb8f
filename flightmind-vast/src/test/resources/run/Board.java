import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Serves, as TensorBoard does, on a port of its own that it says; what it serves are its arguments. */
public final class Board {
    public static void main(String[] args) throws Exception {
        byte[] page = String.join(" ", List.of(args)).getBytes(StandardCharsets.UTF_8);
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, page.length);
            exchange.getResponseBody().write(page);
            exchange.close();
        });
        server.start();
        System.err.println("TensorBoard 2.21.0 at http://localhost:" + server.getAddress().getPort() + "/ (Press CTRL+C)");
    }
}

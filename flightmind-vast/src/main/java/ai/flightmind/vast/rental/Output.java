package ai.flightmind.vast.rental;

import ai.flightmind.vast.error.DataException;
import ai.flightmind.vast.http.ApiCall;
import ai.flightmind.vast.http.Endpoint;
import ai.flightmind.vast.http.Transport;
import ai.flightmind.vast.instance.LogRequest;
import ai.flightmind.vast.json.JsonFields;
import java.util.List;
import java.util.Map;
import java.util.StringTokenizer;

/** Texts that an instance's host writes to a file, whose address the service gives. */
final class Output {
    private static final int LONGEST_COMMAND = 512;
    private static final List<String> COMMANDS = List.of("ls", "rm", "du");

    private final Transport transport;

    Output(Transport transport) {
        this.transport = transport;
    }

    String logs(long id, LogRequest request) {
        String path = "/api/v0/instances/request_logs/" + id + "/";
        return read(ApiCall.ask(Endpoint.LOGS, "PUT", path, request.toBody()), "The log of instance " + id);
    }

    String execute(long id, String command) {
        StringTokenizer words = new StringTokenizer(command);
        if (command.length() > LONGEST_COMMAND || !words.hasMoreTokens() || !COMMANDS.contains(words.nextToken())) {
            throw new IllegalArgumentException(
                    "The service runs only ls, rm and du, of at most " + LONGEST_COMMAND + " letters. Use SSH.");
        }
        String path = "/api/v0/instances/command/" + id + "/";
        ApiCall call = ApiCall.change(Endpoint.EXECUTE, "PUT", path, Map.of("command", command));
        return read(call, "The output on instance " + id);
    }

    private String read(ApiCall call, String what) {
        JsonFields answer = transport.callForObject(call);
        String address = answer.text("result_url");
        if (address == null) {
            throw new DataException(
                    what + " is not to be had: " + transport.redact(String.valueOf(answer.text("msg"))),
                    "$.result_url",
                    null);
        }
        String text = transport.awaitResult(address, what);
        String hostPath = answer.text("writeable_path");
        return hostPath == null || hostPath.isEmpty() ? text : text.replace(hostPath, "");
    }
}

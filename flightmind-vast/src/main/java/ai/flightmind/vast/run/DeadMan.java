package ai.flightmind.vast.run;

import java.time.Duration;

/**
 * Runs on an instance from its first second, before anybody has logged in: if nobody comes to look after it, it destroys
 * itself, with the key that the service puts into each container for just that container.
 */
final class DeadMan {
    /** What the service's onstart takes. */
    private static final int MOST_LETTERS = 4000;

    private DeadMan() {}

    /** @param nobodyFor after which the instance is given up, unless somebody has moved in */
    static String script(String address, Duration nobodyFor) {
        String script = String.join(
                "\n",
                "#!/bin/sh",
                "touch ~/.no_auto_tmux",
                "(",
                "  sleep " + nobodyFor.plus(Duration.ofMinutes(10)).toSeconds(),
                "  [ -e ~/flightmind/owner ] && exit 0",
                "  try=0",
                "  while [ $try -lt 60 ]; do",
                "    printf 'header = \"Authorization: Bearer %s\"\\n' \"$CONTAINER_API_KEY\" |",
                "      curl -fsS -K - -X DELETE -H 'Content-Type: application/json' -d '{}' " + address
                        + "/api/v0/instances/$CONTAINER_ID/ && exit 0",
                "    try=$((try + 1)); sleep 60",
                "  done",
                ") >/dev/null 2>&1 </dev/null &");
        if (script.length() > MOST_LETTERS) {
            throw new IllegalArgumentException("The service's address is too long: " + address.length() + " letters");
        }
        return script;
    }
}

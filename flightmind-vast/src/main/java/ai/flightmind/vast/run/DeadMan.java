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

    /**
     * @param nobodyFor after which the instance is given up, and again whenever no file of ours has changed for so long: who installs,
     *     uploads or rehearses writes files. Once there is a watchdog, it guards what has been trained
     */
    static String script(String address, Duration nobodyFor) {
        Duration most = nobodyFor.plus(Duration.ofMinutes(10));
        String script = String.join(
                "\n",
                "#!/bin/sh",
                "touch ~/.no_auto_tmux",
                "(",
                "  sleep " + most.toSeconds(),
                "  while [ -n \"$(find ~/flightmind -mmin -" + most.toMinutes() + " 2>/dev/null | head -n 1)\" ]; do",
                "    [ -e ~/flightmind/watchdog/started ] || [ -e ~/flightmind/job/started ] && exit 0",
                "    sleep 300",
                "  done",
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

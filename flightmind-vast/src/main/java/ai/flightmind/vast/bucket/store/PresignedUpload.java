package ai.flightmind.vast.bucket.store;

import java.time.Instant;
import java.util.List;

/**
 * An upload in parts that another machine does without a key: PUT every part's bytes to its address, note the
 * {@code ETag} header of each answer, POST the list of them to {@link #complete()}. {@link #shellScript()} does just that.
 * What is begun and not completed is kept, and charged, by the store until {@link #abort()} is called.
 *
 * @param key below the bucket's prefix
 * @param sizeBytes of the whole file
 * @param partBytes of every part but the last
 * @param parts the first is part 1
 * @param complete takes {@code <CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>…</ETag></Part>…}
 */
public record PresignedUpload(
        String key,
        long sizeBytes,
        long partBytes,
        List<PresignedAddress> parts,
        PresignedAddress complete,
        PresignedAddress abort,
        Instant expires) {
    private static final String SCRIPT = """
            #!/bin/sh
            # sh upload.sh FILE - needs curl, dd, sed and grep
            set -eu
            file=$1
            size=$(wc -c < "$file")
            [ "$size" -eq @SIZE@ ] || { echo "$file has $size bytes, not @SIZE@" >&2; exit 2; }
            xml=$(mktemp) head=$(mktemp) answer=$(mktemp)
            trap 'rm -f "$xml" "$head" "$answer"' EXIT
            part() {
              try=1
              while :; do
                if dd if="$file" bs=@PART@ skip=$(($1 - 1)) count=1 iflag=fullblock 2>/dev/null |
                  curl -sS -f --connect-timeout 20 --speed-limit 1 --speed-time 60 -D "$head" -o /dev/null \\
                    -H 'Expect:' -H "Content-Length: $3" -H 'Transfer-Encoding:' -X PUT -T - "$2"; then break; fi
                [ "$try" -lt 6 ] || exit 1
                sleep $((try * try)); try=$((try + 1))
              done
              etag=$(grep -i '^etag:' "$head" | tail -1 | sed 's/^[^:]*: *//; s/[\\r"]//g')
              printf '<Part><PartNumber>%s</PartNumber><ETag>"%s"</ETag></Part>' "$1" "$etag" >> "$xml"
            }
            printf '<CompleteMultipartUpload>' > "$xml"
            @PARTS@printf '</CompleteMultipartUpload>' >> "$xml"
            curl -sS -f --retry 5 --connect-timeout 20 -o "$answer" -H 'Content-Type: application/xml' \\
              -X POST --data-binary @"$xml" '@COMPLETE@'
            # a store may say no with status 200
            if grep -q '<Error>' "$answer"; then cat "$answer" >&2; exit 1; fi
            """;

    public PresignedUpload {
        parts = List.copyOf(parts);
    }

    /** For a POSIX shell with curl and GNU's dd; takes the file's path as its argument. Itself a secret until it expires. */
    public String shellScript() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < parts.size(); i++) {
            long bytes = Math.min(partBytes, sizeBytes - i * partBytes);
            lines.append("part ")
                    .append(i + 1)
                    .append(" '")
                    .append(parts.get(i).uri())
                    .append("' ")
                    .append(bytes)
                    .append('\n');
        }
        return SCRIPT.replace("@SIZE@", Long.toString(sizeBytes))
                .replace("@PART@", Long.toString(partBytes))
                .replace("@PARTS@", lines)
                .replace("@COMPLETE@", complete.uri().toString());
    }

    @Override
    public String toString() {
        return "PresignedUpload[" + key + ", " + parts.size() + " parts until " + expires + "]";
    }
}

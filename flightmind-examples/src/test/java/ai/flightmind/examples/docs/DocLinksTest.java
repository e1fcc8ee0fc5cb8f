package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Links between pages lead somewhere, to the headings as GitHub names them. */
class DocLinksTest {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern CODE = Pattern.compile("(?s)```.*?\n```|`[^`\n]*`");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

    @TestFactory
    List<DynamicTest> linksOfAPageLeadSomewhere() throws IOException {
        List<Path> pages = new ArrayList<>(DocSnippets.allPages());
        pages.add(DocSnippets.pages().resolve("../README.md"));
        return pages.stream()
                .map(page -> DynamicTest.dynamicTest(page.toString(), () -> {
                    for (String link : links(page)) {
                        assertThat(leadsSomewhere(page, link))
                                .as("%s in %s", link, page)
                                .isTrue();
                    }
                }))
                .toList();
    }

    private static List<String> links(Path page) throws IOException {
        return LINK.matcher(CODE.matcher(Files.readString(page)).replaceAll("code"))
                .results()
                .map(link -> link.group(1))
                .toList();
    }

    private static boolean leadsSomewhere(Path page, String link) throws IOException {
        if (URI.create(link).isAbsolute()) {
            return link.startsWith("https://");
        }
        int hash = link.indexOf('#');
        String path = hash < 0 ? link : link.substring(0, hash);
        Path target = path.isEmpty() ? page : page.resolveSibling(path);
        return Files.exists(target) && (hash < 0 || anchors(target).anyMatch(link.substring(hash + 1)::equals));
    }

    private static Stream<String> anchors(Path page) throws IOException {
        return HEADING.matcher(Files.readString(page).replaceAll("(?s)```.*?\n```", ""))
                .results()
                .map((MatchResult heading) -> heading.group(1).toLowerCase(Locale.ROOT))
                .map(heading -> heading.replaceAll("[^\\p{L}\\p{N} _-]", "").replace(' ', '-'));
    }
}

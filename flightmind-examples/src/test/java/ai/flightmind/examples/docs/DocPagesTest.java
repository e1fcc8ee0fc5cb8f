package ai.flightmind.examples.docs;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

class DocPagesTest {
    @TestFactory
    List<DynamicTest> javaOnAPageIsRunByATestOfThatPage() throws IOException {
        return DocSnippets.allPages().stream()
                .map(page -> DocSnippets.pages().relativize(page).toString())
                .map(page -> DynamicTest.dynamicTest(page, () -> check(page)))
                .toList();
    }

    private static void check(String page) {
        if (DocSnippets.of(page).isEmpty()) {
            return;
        }
        String test = Arrays.stream(
                        page.substring(0, page.length() - ".md".length()).split("[-/\\\\]"))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining("", DocPagesTest.class.getPackageName() + ".", "PageTest"));
        assertThatCode(() -> Class.forName(test))
                .as("docs/%s has snippets", page)
                .doesNotThrowAnyException();
    }
}

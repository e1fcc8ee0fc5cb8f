/**
 * The pages under {@code docs/}, held to what they say: {@link ai.flightmind.examples.docs.DocSnippets} takes a page's
 * snippets and runs them as they stand there. Each page with snippets has a test of its own, as {@code PreparePageTest} for
 * {@code prepare.md}.
 */
@NullMarked
package ai.flightmind.examples.docs;

import org.jspecify.annotations.NullMarked;

/**
 * A run on one page: its metrics and its log go in, an HTML file that needs no network comes out. Start at {@link
 * ai.flightmind.train.report.HtmlReport}. Its curves need the libraries of {@link ai.flightmind.train.plot}. What else is to look like it is an {@link
 * ai.flightmind.train.report.HtmlPage}.
 */
@NullMarked
package ai.flightmind.train.report;

import org.jspecify.annotations.NullMarked;

/**
 * Pictures of runs: {@link ai.flightmind.train.metrics.RunMetrics} go in, PNG and SVG come out. Start at {@link
 * ai.flightmind.train.plot.RunPlot}. Drawn by the optional libraries {@code org.knowm.xchart:xchart} and, for SVG, {@code
 * de.erichseifert.vectorgraphics2d:VectorGraphics2D}; no screen is needed, but a font.
 */
@NullMarked
package ai.flightmind.train.plot;

import org.jspecify.annotations.NullMarked;

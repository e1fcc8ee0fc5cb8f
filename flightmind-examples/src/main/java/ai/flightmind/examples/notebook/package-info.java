/**
 * How FlightMind's objects show themselves in a Jupyter notebook of the kernels JJava and IJava. In come offers, estimates,
 * plots, results and reports as the value of a cell; out go tables, pictures, and displays that follow a run in place. Start
 * at {@link ai.flightmind.examples.notebook.Notebook}.
 *
 * <p>The kernels' libraries are there only in their own processes; no other package uses this one.
 */
@NullMarked
package ai.flightmind.examples.notebook;

import org.jspecify.annotations.NullMarked;

/**
 * Quantities that would be mistaken for one another as bare numbers: {@link ai.flightmind.vast.unit.MemorySize} and
 * {@link ai.flightmind.vast.unit.DriverVersion}. Queries take them, offers give them.
 */
@NullMarked
package ai.flightmind.vast.unit;

import org.jspecify.annotations.NullMarked;

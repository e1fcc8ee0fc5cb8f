/**
 * JSON text in, plain values out, and back: {@link ai.flightmind.vast.json.Json}. {@link ai.flightmind.vast.json.JsonFields}
 * reads one object by name and type, and says where an answer is wrong.
 */
@NullMarked
package ai.flightmind.vast.json;

import org.jspecify.annotations.NullMarked;

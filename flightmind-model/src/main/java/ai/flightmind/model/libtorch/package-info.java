/**
 * The one place through which libtorch enters the process. {@link ai.flightmind.model.libtorch.Libtorch#load()} unpacks
 * and loads the natives, safely on a fresh machine and beside other JVMs, and sets the threads and allocator up so that
 * training is fast with nothing set by the user. {@link ai.flightmind.model.libtorch.Operator} reaches operators that
 * have no Java method.
 */
@NullMarked
package ai.flightmind.model.libtorch;

import org.jspecify.annotations.NullMarked;

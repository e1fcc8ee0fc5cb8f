/** What the real command line sent, compared with what we send. */
@NullMarked
package ai.flightmind.vast.recorded;

import org.jspecify.annotations.NullMarked;

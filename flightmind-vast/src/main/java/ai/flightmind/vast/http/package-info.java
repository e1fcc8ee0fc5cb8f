/**
 * One call to the service in, its answer out, or a typed error: {@link ai.flightmind.vast.http.Transport}. It paces calls
 * to the service's minimum intervals, repeats what may be repeated, leaves a service that is down alone for a while, and
 * keeps the key out of everything. Public only because the packages beside it need it; users start at {@code VastClient}.
 */
@NullMarked
package ai.flightmind.vast.http;

import org.jspecify.annotations.NullMarked;
